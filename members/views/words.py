"""How codes of the roster are shown on pages."""

import datetime as dt
from typing import Any, NamedTuple

from corps.queries.scope import Tree
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.logic.identity import age_on
from members.queries.roster import Row

STATUS_SHAPES = {
    MemberStatus.ACTIVE: "good",
    MemberStatus.PROBATION: "on",
    MemberStatus.VETTED: "wait",
    MemberStatus.APPLICANT: "wait",
    MemberStatus.SUSPENDED: "warn",
    MemberStatus.LEFT: "idle",
    MemberStatus.REFUSED: "idle",
    MemberStatus.MERGED: "idle",
}


def label(choices: Any, code: str) -> str:
    """The word for a code; nothing for none, the code itself for one that is not known."""
    return str(dict(choices.choices).get(code, code)) if code else ""


def joined(choices: Any, codes: list[str]) -> str:
    """Words of several codes."""
    return "、".join(label(choices, code) for code in codes)


class Person(NamedTuple):
    """A row of the roster in words."""

    id: int
    name: str
    identity: str
    sex: str
    age: int
    phone: str
    occupation: str
    roles: str
    unit: str
    status: str
    status_word: str
    joined_on: dt.date | None
    education: str
    political: str


def person(row: Row, tree: Tree, today: dt.date) -> Person:
    """The row as a list shows it."""
    node = tree.nodes.get(row.unit_id)
    status = MemberStatus(row.status)
    return Person(
        id=row.id,
        name=row.name,
        identity=row.identity,
        sex=label(Sex, row.sex),
        age=age_on(row.birth_date, today),
        phone=row.phone,
        occupation=label(Occupation, row.occupation),
        roles=joined(MemberRole, row.roles),
        unit=node.short_name if node else "",
        status=STATUS_SHAPES[status],
        status_word=str(status.label),
        joined_on=row.joined_on,
        education=label(Education, row.education),
        political=label(PoliticalStatus, row.political_status),
    )
