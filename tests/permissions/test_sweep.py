"""The sweep: every door × every role × own unit, below, beside, above, and strangers.

For each request the expected answer follows from the tables of permissions and roles, computed here independently of
the scoping code (by walking parents), and from the rule of the door.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Appointment
from corps.operations.tree import create_unit
from corps.permissions import Permission
from corps.roles import Role
from members.enums import EVER_MEMBERS
from members.models import Member
from tests.permissions.rules import (
    API,
    CREATIONS,
    OPEN_ACCOUNT_PAGES,
    OWN_ACCOUNT_PAGES,
    PAGES,
    SEEN_WITH,
    Place,
    Rule,
)
from tests.permissions.stage import OWN, PLACES, Scenery, Stage, address, enter

pytestmark = pytest.mark.django_db

ROLES = [*Role, "administrator", "nobody", "anonymous"]


def doors(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """The qualified name of every address of the project but the admin site's, which has a sweep of its own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace or "") if part)
            if inner.split(":")[0] != "admin":
                yield from doors(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join(part for part in (namespace, pattern.name or str(pattern.pattern)) if part)


def send(stage: Stage, method: str, path: str, body: dict[str, Any], *, api: bool) -> Any:
    """One request whose effects are taken back."""
    response: Any
    with transaction.atomic():
        if method == "GET":
            response = stage.client.get(path)
        elif api:
            response = getattr(stage.client, method.lower())(path, body, content_type="application/json")
        else:
            response = getattr(stage.client, method.lower())(path, body)
        transaction.set_rollback(True)
    return response


def fitting(stage: Stage, rule: Rule, permission: Permission | None, code: str, *, api: bool) -> set[str]:
    """The kinds of answer that fit: `in`, `denied`, `unseen`, `login`."""
    if rule.place in {Place.PUBLIC, Place.JOIN}:
        return {"in"}
    if stage.account is None:
        return {"denied"} if api else {"login"}
    if rule.place == Place.WHOLE or permission is None:
        # Nobody here takes part in a session of their own, or was given anything.
        return {"unseen"} if rule.place in {Place.OWN_TRAINING, Place.OWN_RECEIPT} else {"in"}
    if not stage.holds(Permission.UNIT_VIEW, code):
        return {"unseen"}
    if stage.holds(permission, code):
        return {"in"}
    seen_with = SEEN_WITH[rule.place]
    # Whoever may not even see this kind of object learns no more than that: both answers say nothing.
    return {"denied"} if stage.holds(seen_with, code) else {"denied", "unseen"}


def kind(response: Any) -> str:
    status = response.status_code
    if status in {401, 403}:
        return "denied"
    if status == 404:
        return "unseen"
    if status == 302 and response.headers["Location"].startswith("/accounts/login/"):
        return "login"
    if status < 500 and status != 405:
        return "in"
    return f"status {status}"


def filled(body: dict[str, Any], code: str) -> dict[str, Any]:
    return {key: code if value == "{unit}" else value for key, value in body.items()}


@pytest.mark.parametrize("role", ROLES)
def test_every_door_for(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    wrong = []
    for door, rule in {**PAGES, **API}.items():
        api = door in API
        places = PLACES if rule.place not in {Place.PUBLIC, Place.WHOLE} else {"whole": OWN}
        for place, code in places.items():
            for method, permission in rule.asks.items():
                path = address(stage, door, rule, code)
                expected = fitting(stage, rule, permission, code, api=api)
                found = kind(send(stage, method, path, filled(rule.body, code), api=api))
                if found not in expected:
                    wrong.append(f"{method} {door} {place}: {found}, not {' or '.join(sorted(expected))}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_creating_through_the_api_for(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    wrong = []
    for door, (permission, body) in CREATIONS.items():
        rule = Rule(Place.UNIT, {"POST": permission})
        for place, code in PLACES.items():
            expected = fitting(stage, rule, permission, code, api=True)
            found = kind(send(stage, "POST", reverse(door), filled(body, code), api=True))
            if found not in expected:
                wrong.append(f"POST {door} {place}: {found}, not {' or '.join(sorted(expected))}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_the_own_account_needs_a_sign_in_for(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    for door in OWN_ACCOUNT_PAGES - {"mfa_remove_webauthn", "mfa_edit_webauthn"}:
        found = kind(send(stage, "GET", reverse(door), {}, api=False))
        if stage.account is None:
            assert found == "login", door
        else:
            assert found in {"in", "unseen", "status 405"}, door


def test_every_door_has_a_rule() -> None:
    """A new address must say in `rules.py` what it asks for; one that is gone must leave it."""
    listed = {*PAGES, *API, *OPEN_ACCOUNT_PAGES, *OWN_ACCOUNT_PAGES}
    found = set(doors())
    assert found - listed == set(), "doors without a rule"
    assert listed - found == set(), "rules without a door"


def test_every_listed_row_lies_in_the_scope(scenery: Scenery) -> None:
    """What lists answer is as scoped as what addresses open."""
    stage = enter(scenery, Role.LIAISON)
    units = {unit["code"] for unit in stage.client.get("/api/v1/units/").json()["results"]}
    assert units == {"sg1", "sg11", "sg12"}
    people_seen = {row["id"] for row in stage.client.get("/api/v1/members/").json()["results"]}
    everybody = Member.objects.filter(status__in=EVER_MEMBERS).select_related("unit")
    mine = {member.pk for member in everybody if stage.holds(Permission.MEMBER_VIEW, member.unit.code)}
    assert people_seen == mine
    assert {stage.members["sg1"].pk, stage.members["sg11"].pk} < mine
    assert len(mine) < len(everybody)
    candidates = {stage.applications[code].member_id for code in ("sg1", "sg11")}
    applying = {row["id"] for row in stage.client.get("/api/v1/members/?status=applicant").json()["results"]}
    assert applying == candidates
    imports_seen = {row["id"] for row in stage.client.get("/api/v1/imports/").json()["results"]}
    assert imports_seen == {stage.imports["sg1"].pk, stage.imports["sg11"].pk}
    incidents_seen = {row["id"] for row in stage.client.get("/api/v1/incidents/").json()["results"]}
    assert incidents_seen == {stage.incidents["sg1"].pk, stage.incidents["sg11"].pk}


def test_moving_is_decided_above(scenery: Scenery) -> None:
    """To move a unit one must hold the structure of the superior it leaves and of the one it joins."""
    create_unit(
        actor=SYSTEM,
        parent_id=scenery.cast.units["sg12"].parent_id or 0,
        level=Level.SQUAD,
        name="三中队",
        short_name="三中队",
        code="sg13",
        active_from=date(2022, 1, 1),
    )
    stage = enter(scenery, Role.LIAISON)

    def move(code: str, superior: str) -> str:
        path = reverse("api:unit-move", kwargs={"code": code})
        return kind(send(stage, "POST", path, {"superior": superior, "reason": "nearer"}, api=True))

    assert move("sg13", "sg2") == "unseen"
    assert move("sg2", "sg1") == "unseen"
    assert move("sg1", "zx") == "unseen"
    assert move("sg1", "sg11") in {"in", "denied"}, "the own unit's place is decided above"
    wider = Client(raise_request_exception=False)
    wider.force_login(scenery.cast.actor("liaison_sg"))
    path = reverse("api:unit-move", kwargs={"code": "sg13"})
    assert wider.post(path, {"superior": "sg2", "reason": "nearer"}, content_type="application/json").status_code == 200


def test_an_appointment_that_ended_opens_nothing(scenery: Scenery) -> None:
    stage = enter(scenery, Role.LIAISON)
    Appointment.objects.filter(account=stage.account).update(ends_on=timezone.localdate())
    assert stage.client.get(reverse("roster", args=[OWN])).status_code == 404
    assert stage.client.get("/api/v1/units/").json()["results"] == []
