"""What a roster can be narrowed to, beside the search word."""

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum

from members import enums
from members.queries.roster.sql import Condition, all_of

SOON_DAYS = 30


class Insured(StrEnum):
    """State of the accident insurance on a day."""

    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    NONE = "none"


class Missing(StrEnum):
    """What a member's record lacks; `ANY` means at least one of them."""

    ANY = "any"
    PHONE = "phone"
    OCCUPATION = "occupation"
    JOINED = "joined"
    EMERGENCY = "emergency"


_LACKS = {
    Missing.PHONE: "m.phone = ''",
    Missing.OCCUPATION: "m.occupation = ''",
    Missing.JOINED: "m.joined_on IS NULL",
    Missing.EMERGENCY: "m.emergency_phone = ''",
}


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """Every field narrows further; an empty one does not. Ages are in full years, both ends included."""

    statuses: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    role: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    education: str = ""
    political_status: str = ""
    group_id: int | None = None
    partner_id: int | None = None
    insured: str = ""
    joined_from: dt.date | None = None
    joined_to: dt.date | None = None
    missing: str = ""
    ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) not in ("", (), None) for field in fields(self))

    def condition(self, today: dt.date) -> Condition:
        """All of it as one condition on `m`."""
        return all_of(
            [
                *_one_of("m.status", self.statuses),
                *_one_of("m.occupation", self.occupations),
                *_equal("m.sex", self.sex),
                *_equal("m.education", self.education),
                *_equal("m.political_status", self.political_status),
                *_equal("m.partner_id", self.partner_id),
                *([Condition("%s = ANY(m.roles)", (self.role,))] if self.role else []),
                *([Condition("m.id = ANY(%s)", (list(self.ids),))] if self.ids else []),
                *_group(self.group_id),
                *_ages(self.age_from, self.age_to, today),
                *_joined(self.joined_from, self.joined_to),
                *_insured(self.insured, today),
                *_missing(self.missing),
            ]
        )


ON_THE_ROSTER = tuple(status.value for status in enums.ON_THE_ROSTER)


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day `years` earlier; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 3, 1)


def _equal(column: str, value: object) -> list[Condition]:
    return [] if value in ("", None) else [Condition(f"{column} = %s", (value,))]


def _one_of(column: str, values: tuple[str, ...]) -> list[Condition]:
    if len(values) == 1:
        return [Condition(f"{column} = %s", values)]
    return [Condition(f"{column} = ANY(%s)", (list(values),))] if values else []


def _group(group_id: int | None) -> list[Condition]:
    if group_id is None:
        return []
    sql = "EXISTS (SELECT 1 FROM members_groupmembership g WHERE g.member_id = m.id AND g.group_id = %s)"
    return [Condition(sql, (group_id,))]


def _ages(youngest: int | None, oldest: int | None, today: dt.date) -> list[Condition]:
    found = []
    if youngest is not None:
        found.append(Condition("m.birth_date <= %s", (years_before(today, youngest),)))
    if oldest is not None:
        found.append(Condition("m.birth_date > %s", (years_before(today, oldest + 1),)))
    return found


def _joined(first: dt.date | None, last: dt.date | None) -> list[Condition]:
    found = []
    if first is not None:
        found.append(Condition("m.joined_on >= %s", (first,)))
    if last is not None:
        found.append(Condition("m.joined_on <= %s", (last,)))
    return found


def _insured(state: str, today: dt.date) -> list[Condition]:
    soon = today + dt.timedelta(days=SOON_DAYS)
    conditions = {
        Insured.VALID: Condition("m.insured_until >= %s", (today,)),
        Insured.SOON: Condition("m.insured_until BETWEEN %s AND %s", (today, soon)),
        Insured.EXPIRED: Condition("m.insured_until < %s", (today,)),
        Insured.NONE: Condition("m.insured_until IS NULL"),
    }
    return [conditions[Insured(state)]] if state else []


def _missing(what: str) -> list[Condition]:
    if not what:
        return []
    if what == Missing.ANY:
        return [Condition(f"({' OR '.join(_LACKS.values())})")]
    return [Condition(_LACKS[Missing(what)])]
