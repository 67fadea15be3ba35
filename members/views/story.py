"""The time line in words: actions, fields and codes as the reader's language has them."""

import datetime as dt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corps.actions import ACTIONS
from corps.actors import shown_name
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.models import Member
from members.queries.story import Change, Episode

# What the log calls by the object, the time line calls by what was done to this one.
_TOLD: dict[str, Promise | str] = {
    "member.enrol": _("Added to the roster"),
    "member.edit": _("Particulars changed"),
    "member.change_identity": _("Identity number corrected"),
    "member.transfer": _("Transferred"),
    "transfer.accept": _("Transferred"),
    "move.apply": _("Transferred"),
    "move.accept": _("Transferred"),
    "member.status": _("Status changed"),
    "member.groups": _("Functional groups changed"),
    "member.teams": _("Further teams changed"),
    "import.apply": _("Taken over from a workbook"),
    "import.undo": _("Import undone"),
    "unit.merge": _("Unit merged"),
    "unit.split": _("Unit split"),
}
_CHOICES: dict[str, Any] = {
    "sex": Sex,
    "occupation": Occupation,
    "education": Education,
    "political_status": PoliticalStatus,
    "status": MemberStatus,
}
_NAMES: dict[str, Promise | str] = {
    "identity_tail": _("last four of the identity number"),
    "unit_id": _("home unit"),
    "grid_id": _("grid"),
    "partner_id": _("partner organisation"),
    "groups": _("functional groups"),
    "teams": _("further teams"),
}


def told(episodes: list[Episode]) -> list[dict[str, Any]]:
    """Episodes for the page: `at`, `what`, `who`, `reason`, and `changes` as name, old and new."""
    return [
        {
            "at": episode.at,
            "what": _what(episode),
            "who": "" if episode.who == "system" else shown_name(episode.who),
            "reason": episode.reason,
            "changes": [_change(change) for change in episode.changes],
        }
        for episode in episodes
    ]


def _what(episode: Episode) -> Any:
    """The act in words; what no act of ours did is told by whether the record began with it."""
    return (
        _TOLD.get(episode.action)
        or ACTIONS.get(episode.action)
        or (_("Recorded") if episode.label == "insert" else _("Changed"))
    )


def _change(change: Change) -> dict[str, Any]:
    return {"name": _name(change.field), "old": _word(change, change.old), "new": _word(change, change.new)}


def _name(field: str) -> Any:
    return _NAMES.get(field) or Member._meta.get_field(field).verbose_name  # type: ignore[union-attr]


def _word(change: Change, value: Any) -> Any:
    if isinstance(value, list):
        codes = dict(MemberRole.choices) if change.field == "roles" else {}
        return "、".join(str(codes.get(one, one)) for one in value)
    if change.field in _CHOICES and value:
        return dict(_CHOICES[change.field].choices).get(value, value)
    if isinstance(value, dt.date):
        return value
    return "" if value is None else value
