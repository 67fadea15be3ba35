"""What burns and what waits on the first page: each thing with its reason and the page where it is done."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.posts import vacant_posts
from corps.queries.scope import Node, allowed, current_tree, scope_of
from corps.queries.several import which_exist
from duties.queries.shifts import gaps_within
from duties.queries.today import unclosed_shifts
from duties.views.words import gap_word
from incidents.enums import IncidentState
from incidents.queries.incidents import open_incidents, waiting_for_verification
from members.enums import ImportState
from members.queries.asking import (
    moves_to_answer,
    moves_waiting,
    proposals_to_decide,
    proposals_waiting,
    transfers_to_answer,
    transfers_waiting,
)
from members.queries.figures import Figures
from members.queries.importing import Waiting, imports_to_look_at, imports_waiting
from members.queries.recruitment import applications_waiting, waiting_number
from members.queries.training.sessions import sessions_over
from members.views.equipment.tasks import equipment_tasks
from stats.queries.open_alarms import open_alarms
from stats.views.task import Task
from stats.views.training import training_tasks

GAPS_SHOWN = 5
GAP_HOURS = 24
ALARMS_SHOWN = 3
VERIFY_SHOWN = 3
# Up to so many are read at once, so that they need not be counted as well.
VERIFY_READ = 50
RETURNED_SHOWN = 3
CLOSE_SHOWN = 3
VACANT_SHOWN = 4
ASKED_SHOWN = 3


def burning(request: HttpRequest, unit: Node, may: dict[str, bool]) -> list[Task]:
    """What cannot wait: posts without enough people in the next 24 hours, and figures that went wrong."""
    tasks = _gaps(request, unit, may) if may["duty_view"] else []
    return tasks + (_alarms(request, unit) if may["result_view"] else [])


def waiting(request: HttpRequest, unit: Node, may: dict[str, bool]) -> list[Task]:
    """What waits for the reader: transfers and proposals, incidents, imports, shifts to close, vacant posts."""
    tasks: list[Task] = []
    there = _there(request, unit, may)
    if may["incident_verify"]:
        tasks += _unverified(request, unit)
    if may["incident_record"]:
        tasks += _returned(request, unit)
    if may["member_edit"]:
        tasks += _transfers(request, unit) if there & {"transfers", "moves"} else []
        tasks += _proposals(request, unit) if "proposals" in there else []
        tasks += _applicants(request, unit) if "applicants" in there else []
    if "imports" in there:
        tasks += [_import_task(one) for one in imports_waiting(actor_of(request), unit)]
    if may["duty_record"]:
        tasks += _unclosed(request, unit)
    if may["training_record"]:
        tasks += training_tasks(actor_of(request), unit, sessions="sessions" in there)
    if may["equipment_record"]:
        tasks += [Task(*one) for one in equipment_tasks(unit)]
    return tasks + _vacancies(request, unit)


def _there(request: HttpRequest, unit: Node, may: dict[str, bool]) -> set[str]:
    """What of the rarer things waits at all: asked as one question, and each asked for only where there is any."""
    actor, questions = actor_of(request), {}
    if may["member_edit"]:
        questions["transfers"] = transfers_to_answer(actor, unit)
        questions["moves"] = moves_to_answer(actor, unit)
        questions["proposals"] = proposals_to_decide(actor, unit)
        if allowed(actor, Permission.MEMBER_ADMIT, unit.id):
            questions["applicants"] = applications_waiting(unit)
    if may["member_import"]:
        questions["imports"] = imports_to_look_at(actor, unit)
    if may["training_record"]:
        questions["sessions"] = sessions_over(actor, unit)
    return which_exist(unit, questions)


def records(figures: Figures, roster: str) -> list[Task]:
    """Records that somebody should look at, with the list of them one tap away."""
    insured = figures.of("insured")
    found = [
        ("stop", insured.get("expired", 0), _("insurance expired"), "insured=expired"),
        ("warn", insured.get("soon", 0), _("insurance ends within 30 days"), "insured=soon"),
        ("warn", insured.get("none", 0), _("without insurance"), "insured=none"),
        ("warn", figures.incomplete, _("data incomplete"), "missing=any"),
    ]
    return [
        Task(shape, _("%(n)s people") % {"n": f"{number:,}"}, note, f"{roster}?{query}", _("See the list"))
        for shape, number, note, query in found
        if number
    ]


def _gaps(request: HttpRequest, unit: Node, may: dict[str, bool]) -> list[Task]:
    gaps = gaps_within(actor_of(request), unit, hours=GAP_HOURS)
    button = _("Assign") if may["duty_plan"] else _("Look")
    tasks = [
        Task(
            "warn",
            _named(unit, gap.shift),
            gap_word(gap.missing),
            reverse("shift", args=[gap.shift.pk]),
            button,
            gap.shift.starts_at,
        )
        for gap in gaps[:GAPS_SHOWN]
    ]
    rest = gaps[GAPS_SHOWN:]
    if rest:
        missing = sum(gap.missing for gap in rest)
        what = ngettext("%(n)s more shift lacks people", "%(n)s more shifts lack people", len(rest)) % {"n": len(rest)}
        tasks.append(Task("warn", what, gap_word(missing), reverse("duties", args=[unit.code]), _("See the week")))
    return tasks


def _alarms(request: HttpRequest, unit: Node) -> list[Task]:
    found = open_alarms(actor_of(request), unit)[: ALARMS_SHOWN + 1]
    tasks = [
        Task(
            "stop",
            one.unit.short_name,
            _("a stored figure differs from the facts: please tell the administrator"),
            f"{reverse('results', args=[one.unit.code])}?period={one.day}",
            _("Look"),
            timezone.make_aware(dt.datetime.combine(one.day, dt.time())),
        )
        for one in found
    ]
    if len(tasks) > ALARMS_SHOWN:
        note = _("more figures differ from the facts")
        url = reverse("results", args=[unit.code])
        tasks[ALARMS_SHOWN:] = [Task("stop", unit.short_name, note, url, _("Look"))]
    return tasks


def _named(unit: Node, row: Any) -> str:
    """The kind, and where the reader's unit is not the row's own, whose it is."""
    if row.unit_id == unit.id:
        return str(row.kind.name)
    return f"{current_tree().nodes[row.unit_id].short_name} {row.kind.name}"


def _unverified(request: HttpRequest, unit: Node) -> list[Task]:
    found = waiting_for_verification(actor_of(request), unit, limit=VERIFY_READ)
    shown = found.rows[:VERIFY_SHOWN]
    tasks = [
        Task(
            "wait",
            _named(unit, one),
            _("waits for verification"),
            reverse("incident", args=[one.pk]),
            _("Verify"),
            one.occurred_at,
        )
        for one in shown
    ]
    if found.number > len(shown):
        left = found.number - len(shown)
        what = ngettext("%(n)s more incident", "%(n)s more incidents", left) % {"n": f"{left:,}"}
        url = f"{reverse('incidents', args=[unit.code])}?state={IncidentState.SUBMITTED.value}"
        tasks.append(Task("wait", what, _("wait for verification"), url, _("See the list")))
    return tasks


def _returned(request: HttpRequest, unit: Node) -> list[Task]:
    found = open_incidents(actor_of(request), unit, limit=RETURNED_SHOWN)
    address = reverse("incidents", args=[unit.code])
    tasks = [
        Task(
            "warn",
            _named(unit, one),
            _("returned: to be corrected"),
            reverse("incident", args=[one.pk]),
            _("Correct"),
            one.occurred_at,
        )
        for one in found.rows
        if one.state == IncidentState.RETURNED
    ]
    left = found.returned - len(tasks)
    if left:
        what = ngettext("%(n)s more incident", "%(n)s more incidents", left) % {"n": f"{left:,}"}
        tasks.append(Task("warn", what, _("returned"), f"{address}?state=returned", _("See the list")))
    if found.drafts:
        what = ngettext("%(n)s incident", "%(n)s incidents", found.drafts) % {"n": f"{found.drafts:,}"}
        tasks.append(Task("idle", what, _("not submitted yet"), f"{address}?state=draft", _("See the list")))
    return tasks


def _applicants(request: HttpRequest, unit: Node) -> list[Task]:
    """People who want to join and wait for a decision."""
    number = waiting_number(actor_of(request), unit)
    what = ngettext("%(n)s applicant", "%(n)s applicants", number) % {"n": f"{number:,}"}
    return [Task("wait", what, _("wait for your decision"), reverse("applicants", args=[unit.code]), _("Decide"))]


def _transfers(request: HttpRequest, unit: Node) -> list[Task]:
    """Members whom other units want to hand over."""
    actor, tree = actor_of(request), current_tree()
    arriving = transfers_waiting(actor, unit, limit=ASKED_SHOWN)
    url = reverse("transfers", args=[unit.code])
    tasks = [
        Task(
            "wait",
            one.member.name,
            _("transfer from %(unit)s asked for") % {"unit": tree.nodes[one.from_unit_id].short_name},
            url,
            _("Answer"),
            one.asked_at,
        )
        for one in arriving.rows
    ]
    if arriving.number > len(arriving.rows):
        tasks.append(Task("wait", _("More transfers"), _("asked for"), url, _("See the list")))
    many = moves_waiting(actor, unit, limit=ASKED_SHOWN)
    tasks += [
        Task(
            "wait",
            ngettext("%(n)s member", "%(n)s members", one.counts["moves"]) % {"n": f"{one.counts['moves']:,}"},
            _("transfer from %(unit)s asked for") % {"unit": tree.nodes[one.unit_id].short_name},
            reverse("move", args=[one.pk]),
            _("Answer"),
            one.asked_at,
        )
        for one in many.rows
    ]
    if many.number > len(many.rows):
        tasks.append(Task("wait", _("More transfers"), _("asked for"), url, _("See the list")))
    return tasks


def _proposals(request: HttpRequest, unit: Node) -> list[Task]:
    """What members want changed in their own records."""
    proposed = proposals_waiting(actor_of(request), unit, limit=ASKED_SHOWN)
    tasks = [
        Task(
            "wait",
            one.member.name,
            _("proposes a change of the own record"),
            reverse("proposal", args=[one.pk]),
            _("Decide"),
            one.proposed_at,
        )
        for one in proposed.rows
    ]
    if proposed.number > len(proposed.rows):
        url = reverse("proposals", args=[unit.code])
        tasks.append(Task("wait", _("More proposed changes"), _("wait for a decision"), url, _("See the list")))
    return tasks


def _unclosed(request: HttpRequest, unit: Node) -> list[Task]:
    found = unclosed_shifts(actor_of(request), unit, limit=CLOSE_SHOWN)
    tasks = [
        Task(
            "wait",
            _named(unit, shift),
            _("over and not closed: it does not count yet"),
            reverse("shift", args=[shift.pk]),
            pgettext("a shift", "Close"),
            shift.starts_at,
        )
        for shift in found.rows
    ]
    if found.number > len(found.rows):
        left = found.number - len(found.rows)
        what = ngettext("%(n)s more shift", "%(n)s more shifts", left) % {"n": f"{left:,}"}
        url = reverse("duties", args=[unit.code])
        tasks.append(Task("wait", what, _("not closed"), url, _("See the week")))
    return tasks


def _import_task(one: Waiting) -> Task:
    url = reverse("import", args=[one.id])
    if one.state == ImportState.ASKING:
        return Task("warn", one.file_name, _("This import asks something before it can go on."), url, _("Answer"))
    if one.state == ImportState.FAILED:
        return Task("stop", one.file_name, _("This import could not be read."), url, _("See why"))
    if one.state == ImportState.APPLIED:
        return Task("idle", one.file_name, _("Applied; the time for undoing it ends soon."), url, _("Look again"))
    rejected = one.rejected
    note = (
        ngettext("Ready for review, %(n)s row is rejected.", "Ready for review, %(n)s rows are rejected.", rejected)
        % {"n": f"{rejected:,}"}
        if rejected
        else _("Ready for review.")
    )
    return Task("wait", one.file_name, note, url, _("Review"))


def _vacancies(request: HttpRequest, unit: Node) -> list[Task]:
    actor = actor_of(request)
    ids = scope_of(actor, Permission.UNIT_VIEW).tree.within(unit.id)
    posts = list(vacant_posts(actor, ids)[: VACANT_SHOWN + 1])
    tasks = [
        Task(
            "warn",
            f"{post.unit.short_name} {post.title}",
            _("This post is vacant."),
            reverse("units", args=[post.unit.code]),
            _("See the unit"),
        )
        for post in posts[:VACANT_SHOWN]
    ]
    if len(posts) > VACANT_SHOWN:
        note = _("Open a unit below to see which.")
        tasks.append(Task("warn", _("More posts are vacant"), note, reverse("units", args=[unit.code]), _("See units")))
    return tasks
