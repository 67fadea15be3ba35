"""The time line of one shift: planned, changed, people put on and taken off, attendance, corrections, closing."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actions import action_name
from corps.models import Site
from corps.queries.scope import current_tree
from duties.enums import AttendanceStatus, ShiftState
from duties.models import Assignment, Attendance, DutyKind, Shift
from members.models import Member

LONGEST = 200
# What follows from something else, or is told by the act's own name.
_SILENT = frozenset(
    {"id", "category", "mechanism", "series_id", "closed_at", "closed_by_id", "cancel_reason", "unit_id"}
)


@dataclass(slots=True)
class Change:
    """What was so before and is so now, in the reader's words; either may be empty."""

    name: str
    old: str
    new: str


@dataclass(slots=True)
class Episode:
    """One act on the shift."""

    at: dt.datetime
    what: str
    who: str
    reason: str
    changes: list[Change] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)


def story_of_shift(shift: Shift) -> list[Episode]:
    """Newest first, at most two hundred acts. The reader must see the shift already. A steady number of queries."""
    teller = _Teller(shift)
    teller.read()
    episodes = [one for one in teller.episodes.values() if one.changes or one.came or one.went or one.what]
    for one in episodes:
        if one.came or one.went:
            one.changes.insert(0, Change(_("Members"), "、".join(one.went), "、".join(one.came)))
    episodes.sort(key=lambda one: one.at, reverse=True)
    return episodes[:LONGEST]


class _Teller:
    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.episodes: dict[Any, Episode] = {}

    def read(self) -> None:
        """History by the key of its row, or by the shift where rows go for good: only there it has an index."""
        assignments = Assignment.objects.filter(shift=self.shift).values("pk")
        attendances = Attendance.objects.filter(shift=self.shift).values("pk")
        people = _events("AssignmentEvent", pgh_obj_id__in=assignments)
        there = _events("AttendanceEvent", pgh_obj_id__in=attendances)
        wanted = {row["member_id"] for row in (*people, *there)} | {row["replaced_by_id"] for row in there}
        self.names = dict(Member.objects.filter(pk__in=wanted - {None}).values_list("pk", "name"))
        plan = _events("ShiftEvent", pgh_obj_id=self.shift.pk)
        self.kinds = dict(DutyKind.objects.filter(pk__in={row["kind_id"] for row in plan}).values_list("pk", "name"))
        sites = {row["site_id"] for row in plan} - {None}
        self.sites = dict(Site.objects.filter(pk__in=sites).values_list("pk", "name")) if sites else {}
        self._plan(plan)
        self._people(people)
        self._attendance(there)
        self._parts(_events("ShiftUnitEvent", shift_id=self.shift.pk))
        self._photos(_events("ShiftPhotoEvent", shift_id=self.shift.pk))

    def _episode(self, row: Mapping[str, Any]) -> Episode:
        key = row["pgh_context_id"] or f"{row['pgh_obj_id']}-{row['pgh_id']}"
        if key not in self.episodes:
            told = row["pgh_context__metadata"] or {}
            action, who = told.get("action", ""), told.get("actor", "")
            self.episodes[key] = Episode(
                at=row["pgh_created_at"],
                what=action_name(action) if action else _("Changed"),
                who="" if who == "system" else who,
                reason=told.get("reason", ""),
            )
        return self.episodes[key]

    def _plan(self, rows: Iterable[Mapping[str, Any]]) -> None:
        before: Mapping[str, Any] | None = None
        for row in rows:
            episode = self._episode(row)
            for name, new in row.items():
                if before is None or name.startswith("pgh_") or name in _SILENT or before[name] == new:
                    continue
                episode.changes.append(
                    Change(self._field(name), self._value(name, before[name]), self._value(name, new))
                )
            before = row

    def _people(self, rows: Iterable[Mapping[str, Any]]) -> None:
        was: dict[int, bool] = {}
        for row in rows:
            if was.get(row["pgh_obj_id"], False) == row["active"]:
                continue
            was[row["pgh_obj_id"]] = row["active"]
            episode = self._episode(row)
            (episode.came if row["active"] else episode.went).append(self.names.get(row["member_id"], "—"))

    def _parts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Units that take part; the episode of planning names them as well."""
        nodes = current_tree().nodes
        for row in rows:
            node = nodes.get(row["unit_id"])
            self._note(row, _("Joint units"), node.short_name if node is not None else "—")

    def _photos(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._note(row, _("Photo"), row["caption"] or _("without a caption"))

    def _note(self, row: Mapping[str, Any], name: str, what: str) -> None:
        """Something that came, or went for good."""
        gone = row["pgh_label"] == "delete"
        self._episode(row).changes.append(Change(name, what if gone else "", "" if gone else what))

    def _attendance(self, rows: Iterable[Mapping[str, Any]]) -> None:
        told: dict[int, str] = {}
        for row in rows:
            key = row["pgh_obj_id"]
            now = self._presence(row) if row["current"] else ""
            if told.get(key, "") == now:
                continue
            episode = self._episode(row)
            name = self.names.get(row["member_id"], "—")
            if row["reason"] and not episode.reason:
                episode.reason = row["reason"]
            same = next((one for one in episode.changes if one.name == name), None)
            if same is None:
                episode.changes.append(Change(name, told.get(key, ""), now))
            elif now:
                # A correction takes the old row out of force and writes a new one: one change to the reader.
                same.new = now
            else:
                same.old = told.get(key, "")
            told[key] = now

    def _presence(self, row: Mapping[str, Any]) -> str:
        word = str(AttendanceStatus(row["status"]).label)
        if row["replaced_by_id"]:
            return f"{word}（{self.names.get(row['replaced_by_id'], '—')}）"
        if row["checked_in_at"] is None:
            return word
        return f"{word} {_clock(row['checked_in_at'])}–{_clock(row['checked_out_at'])}"

    def _field(self, name: str) -> str:
        return str(Shift._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]

    def _value(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return "—"
        if isinstance(value, dt.datetime):
            return f"{timezone.localtime(value):%m-%d %H:%M}"
        if name == "kind_id":
            return str(self.kinds.get(value, value))
        if name == "site_id":
            return str(self.sites.get(value, value))
        if name == "state":
            return str(ShiftState(value).label)
        return str(value)


def _clock(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%H:%M}" if moment is not None else ""


def _events(model: str, **which: Any) -> list[dict[str, Any]]:
    events = apps.get_model("duties", model)._default_manager.filter(**which).order_by("pgh_id")
    fields = [one.attname for one in events.model._meta.concrete_fields]
    return list(events.values(*fields, "pgh_context__metadata"))
