"""The admin site's sweep: every page of every kind of row × every role × own unit, below, beside, above, elsewhere.

`ADMIN` says what each page asks for; a page, an operation or a kind that is not listed turns the sweep red. Places and
roles are those of `test_sweep`, and what an actor holds is computed there without the scoping code.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import NoReverseMatch, get_resolver, reverse

from corps.permissions import Permission as P  # noqa: N817 - the table below reads better
from corps.roles import Role
from tests.admin_rows import OF_THE_CORPS, OF_UNITS
from tests.permissions.stage import OWN, PLACES, Scenery, Stage, enter

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Kind:
    """Permissions by page; None: nobody. `above` names operations that are decided in the superior unit."""

    view: P
    add: P | None
    change: P | None
    operations: dict[str, P] = field(default_factory=dict)
    above: frozenset[str] = frozenset()


def _each(permission: P, *names: str) -> dict[str, P]:
    return dict.fromkeys(names, permission)


_STRUCTURE = _each(P.UNIT_STRUCTURE, "move", "merge", "split", "close", "reopen", "remove")

ADMIN: dict[str, Kind] = {
    "corps_unit": Kind(P.UNIT_VIEW, P.UNIT_STRUCTURE, P.UNIT_EDIT, _STRUCTURE, frozenset(_STRUCTURE)),
    "corps_post": Kind(P.UNIT_VIEW, P.POST_EDIT, P.POST_EDIT, _each(P.POST_EDIT, "appoint", "hand-over", "remove")),
    "corps_term": Kind(P.UNIT_VIEW, None, None, _each(P.POST_EDIT, "end")),
    "corps_site": Kind(P.UNIT_VIEW, P.PLACE_EDIT, P.PLACE_EDIT, _each(P.PLACE_EDIT, "use", "remove")),
    "corps_grid": Kind(P.UNIT_VIEW, P.PLACE_EDIT, P.PLACE_EDIT, _each(P.PLACE_EDIT, "remove")),
    "corps_station": Kind(P.UNIT_VIEW, P.PLACE_EDIT, P.PLACE_EDIT, _each(P.PLACE_EDIT, "remove")),
    "corps_levelname": Kind(P.UNIT_VIEW, P.UNIT_STRUCTURE, P.UNIT_STRUCTURE),
    "corps_speciality": Kind(P.UNIT_VIEW, P.UNIT_STRUCTURE, P.UNIT_STRUCTURE, _each(P.UNIT_STRUCTURE, "remove")),
    "corps_account": Kind(
        P.ACCOUNT_VIEW,
        P.ACCOUNT_APPOINT,
        P.ACCOUNT_APPOINT,
        _each(P.ACCOUNT_APPOINT, "reset-password", "remove-second-factor", "end-sessions", "reactivate", "deactivate"),
    ),
    "corps_appointment": Kind(P.ACCOUNT_VIEW, P.ACCOUNT_APPOINT, None, _each(P.ACCOUNT_APPOINT, "end", "transfer")),
    "corps_apikey": Kind(P.API_KEY_MANAGE, P.API_KEY_MANAGE, None, _each(P.API_KEY_MANAGE, "revoke")),
    "corps_actionlog": Kind(P.TRAIL_VIEW, None, None),
    "members_member": Kind(
        P.MEMBER_VIEW,
        P.MEMBER_EDIT,
        P.MEMBER_EDIT,
        {
            **_each(P.MEMBER_EDIT, "transfer", "status", "identity"),
            "reveal": P.MEMBER_REVEAL,
            **_each(P.MEMBER_MERGE, "merge", "tell-apart"),
            "record": P.MEMBER_RECORD,
            "erase": P.MEMBER_ERASE,
            "export": P.MEMBER_EXPORT,
        },
    ),
    "members_transferrequest": Kind(P.MEMBER_VIEW, None, None, _each(P.MEMBER_EDIT, "accept", "return")),
    "members_move": Kind(
        P.MEMBER_EDIT, None, None, _each(P.MEMBER_EDIT, "apply", "ask", "accept", "return", "undo", "discard")
    ),
    "members_proposal": Kind(P.MEMBER_EDIT, None, None, _each(P.MEMBER_EDIT, "approve", "return")),
    "members_merger": Kind(P.MEMBER_MERGE, None, None),
    "members_distinction": Kind(P.MEMBER_MERGE, None, None, _each(P.MEMBER_MERGE, "list-again")),
    "members_equipmentkind": Kind(P.EQUIPMENT_VIEW, P.EQUIPMENT_KIND, P.EQUIPMENT_KIND, _each(P.EQUIPMENT_KIND, "use")),
    "members_entitlement": Kind(
        P.EQUIPMENT_VIEW, P.EQUIPMENT_KIND, P.EQUIPMENT_KIND, _each(P.EQUIPMENT_KIND, "remove")
    ),
    "members_store": Kind(P.EQUIPMENT_VIEW, P.EQUIPMENT_RECORD, P.EQUIPMENT_RECORD, _each(P.EQUIPMENT_RECORD, "use")),
    "members_article": Kind(P.EQUIPMENT_VIEW, None, None, {}),
    "members_voucher": Kind(P.EQUIPMENT_VIEW, None, None, _each(P.EQUIPMENT_RECORD, "reverse")),
    "members_confirmation": Kind(P.EQUIPMENT_VIEW, None, None, _each(P.EQUIPMENT_RECORD, "signed")),
    "members_partnerorganisation": Kind(P.MEMBER_VIEW, P.MEMBER_EDIT, P.MEMBER_EDIT, _each(P.MEMBER_EDIT, "remove")),
    "members_application": Kind(
        P.MEMBER_ADMIT, None, None, _each(P.MEMBER_ADMIT, "vet", "probation", "admit", "refuse", "take-up")
    ),
    "members_joinpage": Kind(P.MEMBER_ADMIT, P.MEMBER_ADMIT, P.MEMBER_ADMIT),
    "members_recruiter": Kind(P.MEMBER_ADMIT, P.MEMBER_ADMIT, P.MEMBER_ADMIT),
    "members_privacynotice": Kind(P.MEMBER_ADMIT, P.MEMBER_ADMIT, None),
    "members_certificatekind": Kind(
        P.TRAINING_VIEW, P.TRAINING_COURSE, P.TRAINING_COURSE, _each(P.TRAINING_COURSE, "use")
    ),
    "members_course": Kind(P.TRAINING_VIEW, P.TRAINING_COURSE, P.TRAINING_COURSE, _each(P.TRAINING_COURSE, "use")),
    "members_requirement": Kind(
        P.TRAINING_VIEW, P.TRAINING_COURSE, P.TRAINING_COURSE, _each(P.TRAINING_COURSE, "remove")
    ),
    "members_trainingsession": Kind(
        P.TRAINING_VIEW, P.TRAINING_RECORD, P.TRAINING_RECORD, _each(P.TRAINING_RECORD, "close", "cancel")
    ),
    "members_certificate": Kind(P.TRAINING_VIEW, P.TRAINING_RECORD, None, _each(P.TRAINING_RECORD, "revoke", "renew")),
    "members_functionalgroup": Kind(P.MEMBER_VIEW, P.MEMBER_EDIT, P.MEMBER_EDIT, _each(P.MEMBER_EDIT, "remove")),
    "duties_dutykind": Kind(P.DUTY_VIEW, P.DUTY_KIND, P.DUTY_KIND, _each(P.DUTY_KIND, "use", "plant")),
    "duties_shift": Kind(
        P.DUTY_VIEW,
        P.DUTY_PLAN,
        P.DUTY_PLAN,
        {
            **_each(P.DUTY_PLAN, "assign", "take-off", "cancel", "series", "copy-week"),
            **_each(P.DUTY_RECORD, "record", "results", "close", "reopen"),
        },
    ),
    "duties_attendance": Kind(P.DUTY_VIEW, None, None, _each(P.DUTY_RECORD, "correct", "withdraw")),
    "duties_series": Kind(P.DUTY_VIEW, None, None),
    "incidents_incident": Kind(
        P.INCIDENT_VIEW,
        P.INCIDENT_RECORD,
        P.INCIDENT_RECORD,
        {
            **_each(P.INCIDENT_VERIFY, "verify", "return", "withdraw", "verify-queue", "return-queue"),
            **_each(P.INCIDENT_RECORD, "submit", "note", "party", "void"),
            "reveal": P.INCIDENT_PARTY,
        },
    ),
    "incidents_incidentkind": Kind(
        P.INCIDENT_VIEW, P.INCIDENT_KIND, P.INCIDENT_KIND, _each(P.INCIDENT_KIND, "use", "plant")
    ),
    # A POST to the page of an import answers its questions.
    "members_rosterimport": Kind(
        P.MEMBER_IMPORT,
        None,
        P.MEMBER_IMPORT,
        _each(P.MEMBER_IMPORT, "upload", "sample", "apply", "rejects", "resume", "undo", "discard"),
    ),
    "stats_alarmimport": Kind(P.ALARM_IMPORT, None, None, _each(P.ALARM_IMPORT, "upload", "undo")),
    "stats_alarmfigure": Kind(P.RESULT_VIEW, None, None, {}),
    "stats_discrepancy": Kind(P.RESULT_VIEW, None, None, {}),
}

# Pages of the site itself: entered by whoever may enter the site, and they name no row.
SITE_PAGES = {
    "index",
    "search",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "app_list",
    "corps_actionlog_rows",
}
ROW_PAGES = {"changelist", "add", "change", "delete", "history"}


def registered() -> dict[str, Any]:
    return {f"{model._meta.app_label}_{model._meta.model_name}": page for model, page in admin.site._registry.items()}


def test_every_admin_page_has_a_rule() -> None:
    """A new kind, a new operation or a new page of the site must be listed."""
    found = registered()
    assert set(found) == set(ADMIN)
    for name, page in found.items():
        assert {operation.name for operation in page.pages} == set(ADMIN[name].operations), name
    known = {*SITE_PAGES}
    for name, page in found.items():
        known |= {f"{name}_{one}" for one in ROW_PAGES}
        known |= {operation(page).url_name for operation in page.pages}
    names = {
        pattern.name
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) == "admin"
        for pattern in walk(resolver)
    }
    assert {name for name in names if name} - known == set()


def walk(resolver: Any) -> Any:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern)
        else:
            yield pattern


def answer(stage: Stage, method: str, path: str) -> str:
    """One request, taken back: `in`, `denied` (also: sent to the sign-in), `unseen`."""
    with transaction.atomic():
        send = stage.client.get if method == "GET" else stage.client.post
        response: Any = send(path) if method == "GET" else send(path, {"reason": "x"})
        transaction.set_rollback(True)
    if response.status_code == 404:
        return "unseen"
    if response.status_code == 403 or (response.status_code == 302 and "/login/" in response.headers["Location"]):
        return "denied"
    return "in" if response.status_code < 500 else f"status {response.status_code}"


def deciding(kind: str, operation: str, row: Any, code: str) -> str:
    """The unit in which an operation is decided: the row's own, or for the structure of the tree its superior."""
    return str(row.parent.code) if operation in ADMIN[kind].above else code


ROLES = [Role.LIAISON, Role.AUDITOR, "administrator"]
STRANGERS = [Role.CAPTAIN, Role.COMMISSAR, Role.DISPATCHER, Role.INSPECTOR, Role.MEMBER, "nobody", "anonymous"]


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_units_for(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    wrong = []
    for name, make in OF_UNITS.items():
        rule, page = ADMIN[name], registered()[name]
        for place, code in PLACES.items():
            row = make(scenery.cast, code)
            seen, changes = stage.holds(rule.view, code), rule.change is not None and stage.holds(rule.change, code)

            def check(what: str, found: str, *expected: str, at: str = f"{name} {place}") -> None:
                if found not in expected:
                    wrong.append(f"{what} {at}: {found}, not {' or '.join(expected)}")

            unseen = ("unseen",) if any(stage.holds(p, OWN) for p in (rule.view,)) else ("unseen", "denied")
            path = reverse(f"admin:{name}_change", args=[row.pk])
            check("GET row of", answer(stage, "GET", path), *(("in",) if seen else unseen))
            check("POST row of", answer(stage, "POST", path), *(("in",) if changes else ("unseen", "denied")))
            delete = answer(stage, "POST", reverse(f"admin:{name}_delete", args=[row.pk]))
            check("delete of", delete, "unseen", "denied")
            for kind_of_page in page.pages:
                if kind_of_page.on_list:
                    continue
                operation = kind_of_page(page)
                may = seen and stage.holds(rule.operations[operation.name], deciding(name, operation.name, row, code))
                found = answer(stage, "GET", operation.url(row))
                # Accounts decide by all their units and by what they hold: see the tests of operations.
                check(operation.name, found, *(("in", "denied") if may else ("unseen", "denied")))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_lists_and_new_rows_for(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    for name, rule in ADMIN.items():
        lists = answer(stage, "GET", reverse(f"admin:{name}_changelist"))
        assert lists == ("in" if stage.holds(rule.view, OWN) else "denied"), name
        new = answer(stage, "GET", reverse(f"admin:{name}_add"))
        whole = name in OF_THE_CORPS and role != "administrator"
        may = rule.add is not None and stage.holds(rule.add, OWN) and not whole
        assert new == ("in" if may else "denied"), name


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_the_corps_for(scenery: Scenery, role: Any) -> None:
    """Seen by whoever sees a unit of the corps, changed by whoever holds the right at its top."""
    stage = enter(scenery, role)
    for name, make in OF_THE_CORPS.items():
        rule, row, page = ADMIN[name], make(scenery.cast, OWN), registered()[name]
        path = reverse(f"admin:{name}_change", args=[row.pk])
        seen = stage.holds(rule.view, OWN)
        changes = rule.change is not None and role == "administrator" and rule.change in stage.held
        assert answer(stage, "GET", path) in ({"in"} if seen else {"unseen", "denied"}), name
        assert answer(stage, "POST", path) in ({"in"} if changes else {"unseen", "denied"}), name
        for kind_of_page in page.pages:
            found = answer(stage, "POST", kind_of_page(page).url(None if kind_of_page.on_list else row))
            assert found in ({"in"} if changes else {"unseen", "denied"}), (name, kind_of_page.name)


@pytest.mark.parametrize("role", STRANGERS)
def test_nobody_else_enters(scenery: Scenery, role: Any) -> None:
    stage = enter(scenery, role)
    for name, make in {**OF_UNITS, **OF_THE_CORPS}.items():
        row, page = make(scenery.cast, OWN), registered()[name]
        paths = [reverse(f"admin:{name}_{one}") for one in ("changelist", "add")]
        paths += [reverse(f"admin:{name}_{one}", args=[row.pk]) for one in ("change", "delete", "history")]
        paths += [kind_of_page(page).url(None if kind_of_page.on_list else row) for kind_of_page in page.pages]
        for path in paths:
            for method in ("GET", "POST"):
                assert answer(stage, method, path) == "denied", f"{method} {path}"
    for name in SITE_PAGES - {"login", "logout", "view_on_site", "app_list", "password_change", "password_change_done"}:
        try:
            assert answer(stage, "GET", reverse(f"admin:{name}")) == "denied", name
        except NoReverseMatch:
            pytest.fail(f"{name} is no page of the site any more")
