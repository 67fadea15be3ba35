"""Odd input at every door: whatever is sent, the answer is a page, a sentence or a refusal, never a failure of ours."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.test import Client
from django.urls import reverse
from rest_framework.serializers import BaseSerializer

from corps.models import Account
from members.enums import ImportState
from members.models import RosterImport
from tests.cast import assemble
from tests.permissions.rules import API, PAGES, Place, Rule
from tests.permissions.stage import Scenery, address, enter, furnish, sit_down

UNIT = "sg11"
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
    *("period", "measure", "all", "now", "recount", "place", "size", "own"),
    *("act", "by", "from", "like", "member", "on", "people", "rows", "seen", "sort", "store", "what", "which", "year"),
)
# And what forms and bodies carry.
_KNOWN = (
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
    *("remark", "text", "id", "verify", "back", "do", "step", "mode", "sheet", "token", "mark", "answer-0", "answer-1"),
)


def _heirs(parent: type[Any]) -> Iterator[type[Any]]:
    for one in parent.__subclasses__():
        yield one
        yield from _heirs(one)


def _declared() -> set[str]:
    """What the project's own forms and serializers declare, so that a new field is tried without being named here."""
    ours = {app.name for app in apps.get_app_configs() if app.path.startswith(str(settings.BASE_DIR))}
    return {
        name
        for parent, attribute in ((BaseForm, "base_fields"), (BaseSerializer, "_declared_fields"))
        for kind in _heirs(parent)
        if kind.__module__.split(".")[0] in ours
        for name in getattr(kind, attribute, {})
    }


def entered() -> list[str]:
    return sorted({*_KNOWN, *_declared()})


class _Fields(HTMLParser):
    """The names of what a page's forms send, with the values shown."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in {"input", "select", "textarea", "button"} and told.get("name"):
            self.values.setdefault(str(told["name"]), told.get("value") or "")


def shown(page: Any) -> dict[str, str]:
    """What the forms of a page would send, by name; nothing where it is no page."""
    if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
        return {}
    found = _Fields()
    found.feed(page.content.decode())
    return found.values


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
    "api:unit-move": {"superior": "sg2", "carry": False, "reason": "nearer"},
    "api:unit-detail": {"name": "新", "short_name": "新", "reason": ""},
}
ODD_BODIES = ("", "null", "[]", "1", '"text"', "{", '{"a":', "[" * 2_000, "\x00", '{"unit": NaN}')


Door = tuple[str, Rule, str]
LOGIN: Door = ("account_login", Rule(Place.PUBLIC, {"POST": None}), "/accounts/login/")


@pytest.fixture(scope="module")
def doors(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Door]]:
    """Every door with an address of a unit's objects, of which there is one of each kind; for all tests of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield list(addresses(furnish(assemble(), (UNIT,))))
        transaction.set_rollback(True)


@pytest.fixture
def client(db: None, doors: list[Door]) -> Client:
    """The officer of the whole corps, who passes every door."""
    client = Client(raise_request_exception=False)
    sit_down(client, Account.objects.get(username="liaison_hy"))
    return client


def addresses(scenery: Scenery) -> Iterator[Door]:
    """Every door of pages and API with its rule and address."""
    stage = enter(scenery, "nobody")
    unit_id = scenery.cast.units[UNIT].pk
    states = {state: _import(unit_id, state) for state in (ImportState.READY, ImportState.ASKING)}
    for door, rule in {**PAGES, **API}.items():
        if rule.place == Place.IMPORT:
            for one in states.values():
                yield door, rule, reverse(door, args=[one.pk])
        elif door == "api:unit-move":
            yield door, Rule(rule.place, {"POST": None}), reverse(door, args=[UNIT])
        elif door not in {"readyz", "healthz", "design", "api:schema", "api:docs"}:
            yield door, rule, address(stage, door, rule, UNIT)


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
def test_in_the_query(doors: list[Door], client: Client, text: str) -> None:
    # Longer than any column; no server in front of us would let the whole length through in every field.
    raw = (text if text.isascii() else text[:600]).encode("utf-8", "surrogateescape")
    query = "&".join(f"{name}={quote(raw)}" for name in FIELDS)
    failed = [
        door
        for door, rule, path in doors
        if "GET" in rule.asks and taken_back(lambda path=path: client.get(f"{path}?{query}")) >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_in_forms(doors: list[Door], client: Client, text: str) -> None:
    raw = quote(text.encode("utf-8", "surrogateescape"))
    form = "application/x-www-form-urlencoded"
    body = "&".join(f"{name}={raw}" for name in entered())
    pages = [one for one in doors if one[0] in PAGES]
    failed = [
        door
        for door, rule, path in [*pages, LOGIN]
        if "POST" in rule.asks and taken_back(lambda path=path: client.post(path, body, content_type=form)) >= 500
    ]
    assert failed == []


def test_in_one_field_of_a_form_that_is_otherwise_as_shown(doors: list[Door], client: Client) -> None:
    """Fields checked together hide each other's faults; the odd texts take turns, so that every field meets some."""
    texts = cycle(ODD_TEXTS.values())
    failed, tried = [], 0
    for door, rule, path in doors:
        if door not in PAGES or "POST" not in rule.asks:
            continue
        now = shown(client.get(path)) if "GET" in rule.asks else {}
        for name in now:
            sent = urlencode({**now, name: next(texts)}, errors="surrogateescape")
            tried += 1
            form = "application/x-www-form-urlencoded"
            if taken_back(lambda path=path, sent=sent, form=form: client.post(path, sent, content_type=form)) >= 500:
                failed.append(f"{door} {name} {unquote(sent)[:60]}")
    assert failed == []
    assert tried > 200


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_in_json(doors: list[Door], client: Client, value: Any) -> None:
    failed = []
    for door, rule, path in doors:
        if door not in API:
            continue
        for method in set(rule.asks) - {"GET"}:
            bodies: list[Any] = [dict.fromkeys(entered(), value), value, {"columns": value, "units": value}]
            if door in COMPLETE:
                bodies += [{**COMPLETE[door], name: value} for name in COMPLETE[door]]
            for sent in bodies:
                text = json.dumps(sent)
                send = getattr(client, method.lower())
                if taken_back(lambda path=path, send=send, text=text: send(path, text, "application/json")) >= 500:
                    failed.append(f"{method} {door} {text[:60]}")
    assert failed == []


@pytest.mark.parametrize("body", ODD_BODIES)
def test_as_json(doors: list[Door], client: Client, body: str) -> None:
    for door, rule, path in doors:
        if door not in API:
            continue
        for method in set(rule.asks) - {"GET"}:
            send = getattr(client, method.lower())
            assert taken_back(lambda path=path, send=send: send(path, body, "application/json")) < 500, door


@pytest.mark.parametrize(
    "part", ["%00", HUGE, "9" * 5_000, "-1", "%ED%A0%80", "长" * 500, "..%2F..", "1e5", "%E2%91%A2"]
)
def test_in_the_address(doors: list[Door], client: Client, part: str) -> None:
    every = {path for _door, _rule, path in doors}
    shapes = {re.sub(rf"(?<=/)(\d+|{UNIT})(?=/)", "{}", path) for path in every}
    for shape in [*sorted(one for one in shapes if "{}" in one), "/{}", "/static/{}", "/accounts/{}/", "/act/{}/"]:
        for method in ("get", "post"):
            path = shape.replace("{}", part)
            assert taken_back(lambda path=path, method=method: getattr(client, method)(path)) < 500, shape
