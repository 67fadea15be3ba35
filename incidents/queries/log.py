"""An incident's log as a page shows it: who did what when, and which particulars became what."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from incidents.enums import EntryKind, PartyRole
from incidents.models import Incident, LogEntry

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it is called, what it was, what it is."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry; `author` is "" for the system."""

    id: int
    at: dt.datetime
    kind: str
    act: str
    author: str
    text: str
    changes: list[Change]


def with_last_entry(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Incidents, each with `last_entry`: the newest entry of its log when the row was read, in the same statement."""
    newest = LogEntry.objects.filter(incident=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    annotated: QuerySet[Any] = rows.annotate(last_entry=Coalesce(Subquery(newest), 0))
    return annotated


def log_lines(incident: Incident) -> list[LogLine]:
    """The log, oldest first. Uses what `incident_of` fetched along."""
    # The log is fetched after the row: what was written between the two tells of a row that nobody has read.
    last: int | None = getattr(incident, "last_entry", None)
    entries = [entry for entry in incident.log.all() if last is None or entry.pk <= last]
    return [line_of(entry) for entry in sorted(entries, key=lambda entry: entry.pk)]


def last_entry_id(incident: Incident) -> int:
    """What a page sends back as `seen`, so that nobody acts on what they have not read; 0 for an empty log."""
    last: int | None = getattr(incident, "last_entry", None)
    return last if last is not None else max((entry.pk for entry in incident.log.all()), default=0)


def line_of(entry: LogEntry) -> LogLine:
    """One entry in words."""
    return LogLine(
        id=entry.pk,
        at=entry.at,
        kind=entry.kind,
        act=str(EntryKind(entry.kind).label),
        author=str(entry.author) if entry.author is not None else "",
        text=entry.text,
        changes=[_change(name, *values) for name, values in entry.changes.items()],
    )


def _change(name: str, old: Any, new: Any) -> Change:
    return Change(_label(name), _value(name, old), _value(name, new))


def _label(name: str) -> str:
    labels = {
        "participants": _("participants"),
        "party_role": _("party"),
        "party_fields": _("particulars of the party"),
    }
    if name in labels:
        return labels[name]
    field: Any = Incident._meta.get_field(name)
    return str(field.verbose_name)


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if name == "occurred_at":
        return formats.date_format(timezone.localtime(dt.datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
    if name == "party_role":
        return str(PartyRole(value).label)
    if name == "party_fields":
        return "、".join(field_name(one) for one in str(value).split("、"))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def field_name(name: str) -> str:
    """What a particular of a party is called."""
    names = {
        "name": _("name"),
        "phone": _("phone"),
        "identity": _("identity number"),
        "address": _("address"),
        "remarks": _("remarks"),
    }
    return names.get(name, name)
