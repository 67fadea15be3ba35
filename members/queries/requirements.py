"""What members lack of what is asked of them: valid certificates, insurance, an age within bounds, on a given day.

Duties, equipment and whoever else asks something of members ask here, so that there is one answer.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.logic.identity import age_on
from members.models import Member, Requirement

NAMED: Final = 5

# Certificates: per member, day and kind asked for, unless one is valid on that day; with what there was last. Insurance
# and age: members with what speaks of them, asked only where a requirement does. Bounds of age are turned into birth
# dates by `age_on`, so that 29 February is read the same way everywhere.
_CERTIFICATES: Final = """
SELECT m.id, d.day, k.id, k.name, last.valid_until, last.revoked_on, last.issued_on
FROM unnest(%(members)s::bigint[], %(days)s::date[]) AS d (id, day)
JOIN members_member m ON m.id = d.id
CROSS JOIN (SELECT DISTINCT kind_id FROM members_requiredcertificate WHERE requirement_id = ANY(%(asked)s)) AS asked
JOIN members_certificatekind k ON k.id = asked.kind_id
LEFT JOIN LATERAL (
    SELECT c.valid_until, c.revoked_on, c.issued_on FROM members_certificate c
    WHERE c.member_id = m.id AND c.kind_id = k.id
    ORDER BY c.revoked_on IS NULL DESC, c.valid_until DESC NULLS FIRST, c.id DESC LIMIT 1
) AS last ON true
WHERE NOT EXISTS (
    SELECT FROM members_certificate c
    WHERE c.member_id = m.id AND c.kind_id = k.id AND c.issued_on <= d.day
        AND (c.valid_until IS NULL OR c.valid_until >= d.day) AND (c.revoked_on IS NULL OR c.revoked_on > d.day)
)
ORDER BY m.id, d.day, k.name
"""
_BOUNDS: Final = """
SELECT bool_or(insured), max(min_age), min(max_age), bool_or(EXISTS (
    SELECT FROM members_requiredcertificate c WHERE c.requirement_id = r.id))
FROM members_requirement r WHERE id = ANY(%(asked)s)
"""


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing a member lacks on a day. `code`: `certificate.missing`, `.expired`, `.revoked`, `.later`,
    `insurance.missing`, `.expired`, `age.young`, `.old`; `params` hold what its sentence names (`kind`, `day`, `age`).
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is lacking, as part of a sentence."""
        return str(_WORDS[self.code]() % self.params)


_WORDS: Final = {
    "certificate.missing": lambda: _("no certificate “%(kind)s”"),
    "certificate.expired": lambda: _("certificate “%(kind)s” expired on %(day)s"),
    "certificate.revoked": lambda: _("certificate “%(kind)s” revoked on %(day)s"),
    "certificate.later": lambda: _("certificate “%(kind)s” issued only on %(day)s"),
    "insurance.missing": lambda: _("no insurance recorded"),
    "insurance.expired": lambda: _("insurance ended on %(day)s"),
    "age.young": lambda: _("%(age)d years old, at least %(least)d are needed"),
    "age.old": lambda: _("%(age)d years old, at most %(most)d are allowed"),
}

Lacking = dict[int, list[Unmet]]


def unmet(requirements: "Iterable[int | None] | int | None", member_ids: Collection[int], on: dt.date) -> Lacking:
    """What members lack of one or several requirements (ids; None asks nothing) on the day, by member.

    Members who lack nothing are not in the answer. At most three statements, however many members.
    """
    found = unmet_on_days(requirements, [(member_id, on) for member_id in member_ids])
    return {member_id: lacking for (member_id, _day), lacking in found.items()}


def unmet_on_days(
    requirements: "Iterable[int | None] | int | None", pairs: Collection[tuple[int, dt.date]]
) -> dict[tuple[int, dt.date], list[Unmet]]:
    """The same for pairs of member and day, such as a series of shifts; as many statements."""
    asked = _ids(requirements)
    if not asked or not pairs:
        return {}
    wanted = sorted(set(pairs))
    found: dict[tuple[int, dt.date], list[Unmet]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, {"asked": asked})
        insured, least, most, certified = cursor.fetchone()
        if certified:
            ids, days = [one for one, _day in wanted], [day for _one, day in wanted]
            cursor.execute(_CERTIFICATES, {"asked": asked, "members": ids, "days": days})
            for member_id, day, _kind_id, kind, valid_until, revoked_on, issued_on in cursor.fetchall():
                lacking = _certificate(kind, day, valid_until, revoked_on, issued_on)
                found.setdefault((member_id, day), []).append(lacking)
    if insured or least is not None or most is not None:
        _add_person(found, wanted, insured=bool(insured), least=least, most=most)
    return found


def refuse_unmet(
    found: Mapping[Any, Sequence[Unmet]],
    names: Mapping[int, str],
    *,
    what: str,
    remedy: str = "",
    code: str = "requirement.unmet",
) -> None:
    """Raise `Refusal` that names who lacks what, if anybody does.

    `found` is what `unmet` or `unmet_on_days` gave, `names` are of its members; `what` is for what it is asked.
    """
    if not found:
        return
    told = []
    for key, lacking in found.items():
        member_id, day = key if isinstance(key, tuple) else (key, None)
        told.append(told_of(names.get(member_id, ""), lacking, day))
    shown = "；".join(told[:NAMED])
    if len(told) > NAMED:
        shown = _("%(people)s; and %(number)d more") % {"people": shown, "number": len(told) - NAMED}
    members = list(dict.fromkeys(key[0] if isinstance(key, tuple) else key for key in found))
    codes = sorted({one.code for lacking in found.values() for one in lacking})
    if all(one.startswith("age.") for one in codes):
        usual = _("Choose somebody else.")
    else:
        usual = _("Have them trained or insured first, or choose somebody else.")
    raise Refusal(
        _("Not everything that “%(what)s” requires is there: %(people)s.") % {"what": what, "people": shown},
        code=code,
        place=names.get(members[0], ""),
        remedy=remedy or usual,
        params={"members": members, "codes": codes},
    )


def requirement_of(corps_id: int, requirement_id: int | None) -> Requirement | None:
    """The corps' requirement with this id; None asks nothing. Raises `Refusal` for one of another corps."""
    if requirement_id is None:
        return None
    found = Requirement.objects.filter(corps_id=corps_id, pk=requirement_id).first()
    if found is None:
        raise Refusal(
            _("The requirement does not belong to this corps."),
            code="requirement.unknown",
            place="requirement",
            remedy=_("Choose from the list."),
        )
    return found


def told_of(name: str, lacking: Sequence[Unmet], day: dt.date | None = None) -> str:
    """Who lacks what; with the day where several are asked about."""
    values = {"name": name, "lacking": "、".join(one.words for one in lacking), "day": day}
    if day is None:
        return _("%(name)s: %(lacking)s") % values
    return _("%(name)s on %(day)s: %(lacking)s") % values


def _ids(requirements: "Iterable[int | None] | int | None") -> list[int]:
    several = [requirements] if requirements is None or isinstance(requirements, int) else requirements
    return sorted({one for one in several if one is not None})


def _certificate(
    kind: str, day: dt.date, valid_until: dt.date | None, revoked_on: dt.date | None, issued_on: dt.date | None
) -> Unmet:
    """Why no certificate of the kind is valid on the day, by the one that would come nearest."""
    if issued_on is None:
        return Unmet("certificate.missing", {"kind": kind})
    if revoked_on is not None and revoked_on <= day:
        return Unmet("certificate.revoked", {"kind": kind, "day": revoked_on})
    if issued_on > day:
        return Unmet("certificate.later", {"kind": kind, "day": issued_on})
    return Unmet("certificate.expired", {"kind": kind, "day": valid_until})


def _add_person(
    found: dict[tuple[int, dt.date], list[Unmet]],
    wanted: Sequence[tuple[int, dt.date]],
    *,
    insured: bool,
    least: int | None,
    most: int | None,
) -> None:
    rows = Member.objects.filter(pk__in={one for one, _day in wanted})
    people = {pk: (born, until) for pk, born, until in rows.values_list("pk", "birth_date", "insured_until")}
    for member_id, day in wanted:
        if member_id not in people:
            continue
        born, until = people[member_id]
        lacking = []
        age = age_on(born, day)
        if insured and (until is None or until < day):
            lacking.append(Unmet("insurance.missing") if until is None else Unmet("insurance.expired", {"day": until}))
        if least is not None and age < least:
            lacking.append(Unmet("age.young", {"age": age, "least": least}))
        if most is not None and age > most:
            lacking.append(Unmet("age.old", {"age": age, "most": most}))
        if lacking:
            found.setdefault((member_id, day), []).extend(lacking)
