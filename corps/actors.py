"""Who acts: somebody who signed in, or the system itself with a name for the trail. There is no third possibility."""

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from django.utils.translation import gettext_lazy as _


class SignedIn(Protocol):
    """What scoping and operations need of an account; the model itself stands above this file."""

    pk: int
    username: str
    is_active: bool
    is_superuser: bool

    @property
    def is_authenticated(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SystemActor:
    """Background work without a person behind it; `name` stands in the trail."""

    name: str

    def __str__(self) -> str:
        return self.name


SYSTEM = SystemActor("system")

Actor: TypeAlias = SignedIn | SystemActor


def account_id(actor: Actor | None) -> int | None:
    """Key of the account behind an actor; None for the system, and for nobody."""
    return None if actor is None or isinstance(actor, SystemActor) else actor.pk


def shown_name(name: str) -> str:
    """An actor's recorded name as readers know it: background work has names that only its code knows."""
    return str(_SHOWN.get(name, name))


_SHOWN: Final = {
    "system": _("the system"),
    "load_city": _("the system"),
    "check_tree": _("the system"),
    "check_rollups": _("the system"),
    "rebuild_rollups": _("the system"),
    "applicant": _("the applicant"),
}
