"""The time line of one member: what was changed, by whom and why, from the history that the database itself keeps."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django.apps import apps

from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree
from corps.queries.units import path_text
from members.models import FunctionalGroup, Member

if TYPE_CHECKING:
    from corps.actors import Actor

LONGEST = 100
# Sealed values differ with every sealing; what they say is shown by the last characters beside them.
_SILENT = frozenset({"identity_sealed", "identity_head", "account_id"})
_PHONES = frozenset({"phone", "emergency_phone"})


@dataclass(frozen=True, slots=True)
class Change:
    """A field and what it was before and after, as codes or text; `field` is the model's field name."""

    field: str
    old: Any
    new: Any


@dataclass(slots=True)
class Episode:
    """What one act did to the member. `action` is its frozen code, empty for changes without a context."""

    at: dt.datetime
    action: str
    who: str
    reason: str
    label: str
    changes: list[Change] = field(default_factory=list)


def story_of(actor: "Actor", member: Member) -> list[Episode]:
    """The member's history, newest first, at most a hundred acts. The actor must see the member already.

    Phone numbers are masked where the actor may not see them; identity numbers show their last four characters only.
    """
    full_phones = allowed(actor, Permission.MEMBER_PHONE, member.unit_id)
    rows = _events("MemberEvent", pgh_obj_id=member.pk)
    episodes: dict[Any, Episode] = {}
    before: Mapping[str, Any] | None = None
    for row in rows:
        episode = _episode(episodes, row)
        episode.changes += _differences(before, row, full_phones=full_phones)
        before = None if row["pgh_label"] == "delete" else row
    _links(episodes, member)
    told = [episode for episode in episodes.values() if episode.changes or episode.label == "insert"]
    told.sort(key=lambda episode: episode.at, reverse=True)
    return told[:LONGEST]


def _events(model: str, **which: Any) -> Iterable[dict[str, Any]]:
    events = apps.get_model("members", model)._default_manager.filter(**which).order_by("pgh_id")
    fields = [one.attname for one in events.model._meta.concrete_fields]
    found: Iterable[dict[str, Any]] = events.values(*fields, "pgh_context__metadata")
    return found


def _episode(episodes: dict[Any, Episode], row: Mapping[str, Any]) -> Episode:
    """One act may write several rows; they share a context."""
    key = row["pgh_context_id"] or f"row-{row['pgh_id']}"
    if key not in episodes:
        told = row["pgh_context__metadata"] or {}
        episodes[key] = Episode(
            at=row["pgh_created_at"],
            action=told.get("action", ""),
            who=told.get("actor", ""),
            reason=told.get("reason", ""),
            label=row["pgh_label"],
        )
    return episodes[key]


def _differences(before: Mapping[str, Any] | None, row: Mapping[str, Any], *, full_phones: bool) -> list[Change]:
    if before is None or row["pgh_label"] == "delete":
        return []
    changes = []
    for name, new in row.items():
        old = before[name]
        if name.startswith("pgh_") or name in _SILENT or name == "id" or old == new:
            continue
        tell = mask_phone if name in _PHONES and not full_phones else partial(_told, name)
        changes.append(Change(name, tell(old), tell(new)))
    return changes


def _told(name: str, value: Any) -> Any:
    if name == "unit_id":
        tree = current_tree()
        return path_text(tree, value) if value in tree else value
    return value


def _links(episodes: dict[Any, Episode], member: Member) -> None:
    """Groups and further teams come and go in rows of their own."""
    names = dict(FunctionalGroup.objects.filter(corps=member.unit.corps_id).values_list("id", "name"))
    tree = current_tree()
    for model, name in (("GroupMembershipEvent", "groups"), ("TeamMembershipEvent", "teams")):
        for row in _events(model, member_id=member.pk):
            if name == "groups":
                word = names.get(row["group_id"], "")
            else:
                word = path_text(tree, row["unit_id"]) if row["unit_id"] in tree else ""
            gone = row["pgh_label"] == "delete"
            _episode(episodes, row).changes.append(Change(name, word if gone else "", "" if gone else word))
