"""What kinds of every sort have in common: a corps decides them in its top unit, one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model
from django.http import Http404

from corps.operations.context import acting
from corps.queries.places import root_id

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.permissions import Permission

Kind = TypeVar("Kind", bound=Model)


@contextmanager
def editing_kind(
    *, model: type[Kind], permission: "Permission", actor: "Actor", kind_id: int, action: str, reason: str
) -> Iterator[Kind]:
    """The kind, locked inside the act. Raises `Http404` where there is none (see also `acting`)."""
    kinds = model._default_manager.filter(pk=kind_id)
    corps_id = kinds.values_list("corps_id", flat=True).first()
    if corps_id is None:
        raise Http404("no such kind")
    with acting(actor=actor, action=action, reason=reason, permission=permission, unit_id=root_id(corps_id)):
        yield kinds.select_for_update().get()
