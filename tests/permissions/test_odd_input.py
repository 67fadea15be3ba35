"""Odd input at every door: whatever is sent, the answer is a page, a sentence or a refusal, never a failure of ours."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from incidents.logic.parties import Particulars
from incidents.operations.parties import PartyEntry
from members.enums import ImportState
from members.models import RosterImport
from stats.models import AlarmImport
from tests.cast import Cast
from tests.duties.stage import running_shift
from tests.incidents.log import incident
from tests.members.roster import person
from tests.permissions.rules import API, OPEN_ACCOUNT_PAGES, PAGES, Place, Rule

HUGE = "9" * 40
ODD_TEXTS = {
    "nul": "a\0b",
    "long": "长" * 3_000,
    "endless": "9" * 5_000,
    "quotes": "'\";--\\ %s %(x)s {0}",
    "marks": "\u202e\ufeff\u200b\x01\x7f",
    "half": "\udc80",
    "roman": "²③٣",
    "cursor": "all.999999999999999999",
    "place": "9999-12-31T23:59:59-23:59~l~" + HUGE,
    "first": "0001-01-01T00:00:00+23:59~c~00000000-0000-0000-0000-000000000000",
    "base64": "cD1hYmM=",
    "day": "0001-01-01",
    "huge": HUGE,
}
# Everything a page or a list reads from its address.
FIELDS = (
    *("q", "after", "before", "cursor", "page", "show", "unit", "within", "level", "verdict", "status", "occupation"),
    *("role", "group", "partner", "sex", "age_from", "age_to", "education", "political_status", "insured", "id"),
    *("joined_from", "joined_to", "missing", "kind", "who", "since", "until", "next", "format", "lang"),
    *("state", "first", "last", "mine", "shift"),
    *("period", "measure", "all", "now", "recount"),
)
# And what forms and bodies carry.
ENTERED = (
    *(
        "name",
        "query",
        "reason",
        "identity",
        "phone",
        "unit",
        "status",
        "on",
        "superior",
        "level",
        "short_name",
        "code",
    ),
    *("active_from", "columns", "kind", "full_identity", "groups", "grid_id", "partner_id", "joined_on", "roles"),
    *("skills", "occupation", "insured_until", "units", "default_unit", "login", "password", "next", "language"),
    *("emergency_phone", "address", "remarks", "file"),
    *("occurred_at", "place", "latitude", "longitude", "grid", "shift", "participants", "account", "outcome"),
    *("quantity", "materials", "people_reached", "party-TOTAL_FORMS", "party-0-phone", "role", "seen", "act"),
    *("remark", "text", "id", "verify", "back"),
)
ODD_VALUES: dict[str, Any] = {
    **ODD_TEXTS,
    "surrogate": "\ud800",
    "number": 10**30,
    "float": 1e308,
    "none": None,
    "yes": True,
    "list": [[1], {"a": None}, "\0"],
    "mapping": {"\0": "\ud800", "a": {"b": []}},
}
# Bodies that would be taken; one field of each is made odd at a time.
_PERSON = {"unit": "sg11", "identity": "11010519491231002X", "name": "李芳", "phone": "", "skills": [], "joined_on": ""}
COMPLETE: dict[str, dict[str, Any]] = {
    "api:member-list": {**_PERSON, "roles": [], "remarks": "", "reason": ""},
    "api:member-transfer": {"unit": "sg12", "reason": "nearer"},
    "api:member-set-status": {"status": "suspended", "reason": "ill", "on": "2026-01-01"},
    "api:unit-list": {"superior": "sg1", "level": 4, "name": "新", "short_name": "新", "code": "n", "active_from": ""},
    "api:unit-move": {"superior": "sg2", "reason": "nearer"},
    "api:unit-detail": {"name": "新", "short_name": "新", "reason": ""},
}
ODD_BODIES = ("", "null", "[]", "1", '"text"', "{", '{"a":', "[" * 2_000, "\x00", '{"unit": NaN}')


@pytest.fixture
def client(cast: Cast) -> Client:
    """The officer of the whole corps, who passes every door."""
    client = Client(raise_request_exception=False)
    client.force_login(cast.accounts["liaison_hy"])
    return client


# What names an object whose existence does not matter here.
KEYED: dict[Place, list[Any]] = {
    Place.MEASURE: ["sg11", "attended"],
    Place.FACT: ["sg11", "attended", "attendance", 1],
    Place.FILTER: ["sg11", 1],
    Place.ACT: ["00000000-0000-0000-0000-000000000000"],
}


def addresses(cast: Cast, rules: dict[str, Rule]) -> Iterator[tuple[str, Rule, str]]:
    unit = cast.units["sg11"]
    happened = incident(cast, parties=[PartyEntry("reporter", Particulars(name="王五"))])
    member = person(unit.pk, "李芳")
    shift = running_shift(cast.actor("liaison_hy"), unit.pk, member)
    keyed = {
        **KEYED,
        Place.MEMBER: [member.pk],
        Place.SHIFT: [shift.pk],
        Place.CREW: [shift.pk, member.pk],
        Place.PHOTO: [shift.pk, shift.photos.get().pk],
        Place.ATTENDANCE: [shift.attendances.get().pk],
        Place.ALARMS: [AlarmImport.objects.create(unit=unit, file_name="警情.xlsx", digest=b"").pk],
        Place.INCIDENT: [happened.pk],
        Place.PARTY: [happened.parties.get().pk],
    }
    states = {state: _import(unit.pk, state) for state in (ImportState.READY, ImportState.ASKING)}
    for door, rule in rules.items():
        match rule.place:
            case Place.UNIT:
                yield door, rule, reverse(door, kwargs={"code": "sg11"})
            case Place.IMPORT:
                for one in states.values():
                    yield door, rule, reverse(door, args=[one.pk])
            case place if place in keyed:
                yield door, rule, reverse(door, args=keyed[place])
            case _ if door == "api:unit-move":
                yield door, Rule(rule.place, {"POST": None}), reverse(door, args=["sg11"])
            case _ if door not in {"readyz", "healthz", "design", "api:schema", "api:docs"}:
                yield door, rule, reverse(door)


def _import(unit_id: int, state: ImportState) -> RosterImport:
    questions = [
        {"kind": "column", "header": "栏", "shown": "栏", "suggestions": []},
        {"kind": "unit", "text": "一中队", "rows": 1, "options": []},
    ]
    asked = questions if state == ImportState.ASKING else []
    return RosterImport.objects.create(
        unit_id=unit_id, file_name="a.xlsx", file_size=1, file_digest=state.encode(), state=state, questions=asked
    )


def taken_back(send: Any) -> int:
    with transaction.atomic():
        status: int = send().status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_in_the_query(cast: Cast, client: Client, text: str) -> None:
    raw = text.encode("utf-8", "surrogateescape")
    query = "&".join(f"{name}={quote(raw)}" for name in FIELDS)
    failed = [
        door
        for door, rule, path in addresses(cast, {**PAGES, **API})
        if "GET" in rule.asks and taken_back(lambda path=path: client.get(f"{path}?{query}")) >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_in_forms(cast: Cast, client: Client, text: str) -> None:
    raw = quote(text.encode("utf-8", "surrogateescape"))
    form = "application/x-www-form-urlencoded"
    names = [*ENTERED, "answer-0", "answer-1"]
    body = "&".join(f"{name}={raw}" for name in names)
    pages = {**PAGES, **{door: Rule(Place.PUBLIC, {"POST": None}) for door in OPEN_ACCOUNT_PAGES & {"account_login"}}}
    failed = [
        door
        for door, rule, path in addresses(cast, pages)
        if "POST" in rule.asks and taken_back(lambda path=path: client.post(path, body, content_type=form)) >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_in_json(cast: Cast, client: Client, value: Any) -> None:
    failed = []
    for door, rule, path in addresses(cast, API):
        for method in set(rule.asks) - {"GET"}:
            bodies: list[Any] = [dict.fromkeys(ENTERED, value), value, {"columns": value, "units": value}]
            if door in COMPLETE:
                bodies += [{**COMPLETE[door], name: value} for name in COMPLETE[door]]
            for sent in bodies:
                text = json.dumps(sent)
                send = getattr(client, method.lower())
                if taken_back(lambda path=path, send=send, text=text: send(path, text, "application/json")) >= 500:
                    failed.append(f"{method} {door} {text[:60]}")
    assert failed == []


@pytest.mark.parametrize("body", ODD_BODIES)
def test_as_json(cast: Cast, client: Client, body: str) -> None:
    for door, rule, path in addresses(cast, API):
        for method in set(rule.asks) - {"GET"}:
            send = getattr(client, method.lower())
            assert taken_back(lambda path=path, send=send: send(path, body, "application/json")) < 500, door


@pytest.mark.parametrize(
    "part", ["%00", HUGE, "9" * 5_000, "-1", "%ED%A0%80", "长" * 500, "..%2F..", "1e5", "%E2%91%A2"]
)
def test_in_the_address(client: Client, part: str) -> None:
    for shape in (
        *("/u/{}/", "/u/{}/roster/", "/u/{}/trail/", "/u/sg11/roster/filters/{}/forget/", "/members/{}/", "/act/{}/"),
        *("/imports/{}/", "/imports/{}/rejects/", "/api/v1/units/{}/", "/api/v1/members/{}/", "/api/v1/imports/{}/"),
        *("/api/v1/imports/{}/rows/", "/api/v1/members/{}/reveal/", "/{}", "/static/{}", "/accounts/{}/"),
        *("/incidents/{}/", "/incidents/{}/verify/", "/parties/{}/reveal/", "/u/{}/incidents/"),
    ):
        for method in ("get", "post"):
            path = shape.format(part)
            assert taken_back(lambda path=path, method=method: getattr(client, method)(path)) < 500, shape
