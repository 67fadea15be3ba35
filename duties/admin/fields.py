"""What forms of duties choose from: people by their names, and the kinds in use."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from corps.admin.scopes import scope_for
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import current_tree
from duties.models import DutyKind
from duties.queries.offers import named_members

if TYPE_CHECKING:
    from duties.models import Shift

_BETWEEN = re.compile(r"[\s、，,;；]+")


def members_named(shift: "Shift", text: str) -> list[int]:
    """Ids of the members of the shift's units whose names were typed; for who acts for the organiser.

    Raises `Refusal` for a name that is unclear.
    """
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    tree = current_tree()
    parts = [shift.unit_id, *shift.joint_units.values_list("unit_id", flat=True)]
    found = named_members([unit for part in parts for unit in tree.within(part)], words)
    return [_only(word, found[word]) for word in dict.fromkeys(words)]


def _only(word: str, members: list[tuple[int, str]]) -> int:
    if len(members) == 1:
        return members[0][0]
    if not members:
        raise _unclear(_("Nobody on duty in the units of this shift is called “%(name)s”.") % {"name": word}, word)
    labels = "、".join(label for _id, label in members[:10])
    raise _unclear(_("Several are called “%(name)s”: %(labels)s.") % {"name": word, "labels": labels}, word)


def _unclear(message: str, word: str) -> Refusal:
    return Refusal(
        message,
        code="duty.member.unknown",
        place="names",
        remedy=_("Please write the full name; for namesakes with the last four characters in brackets."),
        params={"word": word},
    )


def names_field(**options: Any) -> forms.CharField:
    """Where names are typed."""
    return forms.CharField(max_length=2000, **options)


def kinds_for(request: HttpRequest, obj: Any = None) -> Any:
    """Kinds in use in the corps of which the reader sees duties, and the one the shift has."""
    scope = scope_for(request, Permission.DUTY_VIEW)
    corps = {scope.tree.nodes[unit_id].corps_id for unit_id in scope.ids}
    mine = DutyKind.objects.filter(corps_id__in=corps)
    return mine.filter(Q(active=True) | Q(pk=obj.kind_id if obj is not None else None))
