"""A captain's first page: what burns, what waits for me, today, this month, then my people and the units below me.

Two parts, what there is to do now and the month, ask for themselves again while the page is open: soon after figures
changed, and by the clock. They are sent only when they differ from what the page has.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.live import newest, ticket
from corps.permissions import Permission
from corps.queries.posts import posts_of
from corps.queries.scope import Node, local_today, only_a_member, scope_of
from corps.queries.units import level_names
from corps.views.pages import frame, rights, unit_door
from members.enums import Education, MemberRole, Occupation, Sex
from members.queries.figures import AGE_BANDS, Figures, figures_of, quick_to_count
from members.queries.people import member_of
from stats.operations.rollups.telling import topic_of
from stats.queries.month import month_so_far
from stats.queries.results import change
from stats.views.month import month_part
from stats.views.parts import Part
from stats.views.task import Task
from stats.views.tasks import burning, records, waiting
from stats.views.today import today

# By these the page decides what it shows; one question each.
ASKED_RIGHTS = (
    Permission.MEMBER_VIEW,
    Permission.MEMBER_IMPORT,
    Permission.MEMBER_EDIT,
    Permission.TRAINING_RECORD,
    Permission.EQUIPMENT_RECORD,
    Permission.DUTY_VIEW,
    Permission.DUTY_PLAN,
    Permission.DUTY_RECORD,
    Permission.INCIDENT_RECORD,
    Permission.INCIDENT_VERIFY,
    Permission.RESULT_VIEW,
)
LEAGUE_SHOWN = 15
BARS_SHOWN = 8


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To the reader's own unit; whoever has no appointment is told what to do."""
    actor = actor_of(request)
    scope = scope_of(actor, Permission.UNIT_VIEW)
    if only_a_member(actor) or (not scope and member_of(actor) is not None):
        return redirect("my")
    roots = scope.roots or tuple(node.id for node in scope.tree.roots() if node.id in scope)
    if len(roots) == 1:
        return redirect("unit_home", scope.tree.nodes[roots[0]].code)
    units = [(node, reverse("unit_home", args=[node.code])) for node in (scope.tree.nodes[root] for root in roots)]
    return render(request, "stats/start.html", frame(request, None, "home", units=units))


@require_GET
@unit_door(Permission.UNIT_VIEW)
def home(request: HttpRequest, unit: Node) -> HttpResponse:
    """The first page of a unit."""
    actor = actor_of(request)
    # Taken before anything is read: what is announced from here on reaches the page.
    since = newest()
    may = _rights(request, unit)
    values: dict[str, Any] = {
        "level_name": level_names(unit.corps_id).get(unit.level, ""),
        "posts": posts_of(actor, unit.id),
        "units_below": unit.end - unit.position - 1,
        **may,
    }
    if may["member_view"] and quick_to_count(actor, unit):
        values |= _people(request, unit)
    values["now"] = _now(request, unit, may, values.get("records", []))
    if may["result_view"]:
        values |= {"month": _month(unit, may), "ticket": ticket([topic_of(unit.id)]), "since": since}
    return render(request, "stats/home.html", frame(request, unit, "home", **values))


@require_GET
@unit_door(Permission.UNIT_VIEW)
def now(request: HttpRequest, unit: Node) -> HttpResponse:
    """What burns, what waits and today, alone: an open page asks for it again by itself."""
    may = _rights(request, unit)
    found = records(figures_of(actor_of(request), unit), _roster(unit)) if may["member_view"] else []
    return _now(request, unit, may, found).answer(request, "stats/now_part.html", {"unit": unit})


@require_GET
@unit_door(Permission.RESULT_VIEW)
def month(request: HttpRequest, unit: Node) -> HttpResponse:
    """The running month alone, with the same purpose: its figures with their rates, the trend, the units below."""
    since = newest()
    return _month(unit, _rights(request, unit)).answer(request, "stats/month_part.html", {"unit": unit, "since": since})


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def people(request: HttpRequest, unit: Node) -> HttpResponse:
    """The part of the first page that counts people; it comes a moment later for large units."""
    values = {**_people(request, unit), **rights(actor_of(request), unit.id, Permission.MEMBER_IMPORT)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "stats/people.html", {"unit": unit, "late": True, **values})
    return render(request, "stats/people_page.html", frame(request, unit, "home", **values))


def _rights(request: HttpRequest, unit: Node) -> dict[str, bool]:
    return rights(actor_of(request), unit.id, *ASKED_RIGHTS)


def _now(request: HttpRequest, unit: Node, may: dict[str, bool], found: list[Task]) -> Part:
    values = {
        "unit": unit,
        "burning": burning(request, unit, may),
        "tasks": waiting(request, unit, may),
        "records": found,
        **(today(request, unit) if may["duty_view"] else {}),
        **may,
    }
    return Part.of("stats/now.html", values)


def _month(unit: Node, may: dict[str, bool]) -> Part:
    return Part.of("stats/month.html", month_part(unit, month_so_far(unit, local_today()), may))


def _roster(unit: Node) -> str:
    return reverse("roster", args=[unit.code])


def _people(request: HttpRequest, unit: Node) -> dict[str, Any]:
    figures = figures_of(actor_of(request), unit)
    roster = _roster(unit)
    return {
        "figures": figures,
        "units_below_count": unit.end - unit.position - 1,
        "roster": roster,
        "joined_now": figures.joined[-1][1],
        "joined_change": change(figures.joined[-2][1], figures.joined[-1][1]),
        "joined_trend": [number for _month, number in figures.joined],
        "two_heads_share": _share(figures.two_heads, figures.present),
        "insured_share": _share(figures.insured, figures.present),
        "records": records(figures, roster),
        "compositions": _compositions(figures, roster),
        "league": _league(request, unit, figures),
    }


def _share(part: int, whole: int) -> float | None:
    return None if not whole else round(part * 100 / whole, 1)


def _bars(counts: dict[str, int], words: dict[str, str], address: str) -> list[tuple[str, int, str]]:
    """Bars by size, each leading to its people."""
    known = [(code, number) for code, number in counts.items() if code in words]
    rows = [(words[code], number, address % code) for code, number in sorted(known, key=lambda one: -one[1])]
    return rows[:BARS_SHOWN]


def _words(choices: Any) -> dict[str, str]:
    return {code: str(word) for code, word in choices.choices}


def _compositions(figures: Figures, roster: str) -> list[dict[str, Any]]:
    bands = figures.of("band")
    ages = []
    for position, (youngest, oldest) in enumerate(AGE_BANDS):
        number = bands.get(str(position), 0)
        if number:
            word = _("60 and over") if oldest > 100 else _("under 18") if not youngest else f"{youngest}–{oldest}"
            ages.append((word, number, f"{roster}?age_from={youngest}&age_to={oldest}"))
    found = [
        (_("Occupation"), _bars(figures.of("occupation"), _words(Occupation), f"{roster}?occupation=%s")),
        (_("Age"), ages),
        (_("Roles"), _bars(figures.of("role"), _words(MemberRole), f"{roster}?role=%s")),
        (_("Sex"), _bars(figures.of("sex"), _words(Sex), f"{roster}?sex=%s")),
        (_("Education"), _bars(figures.of("education"), _words(Education), f"{roster}?education=%s")),
    ]
    return [{"title": title, "rows": rows} for title, rows in found if rows]


def _league(request: HttpRequest, unit: Node, figures: Figures) -> dict[str, Any]:
    """Units straight below by their people; the largest first, the emptiest named, because they need help."""
    tree = scope_of(actor_of(request), Permission.UNIT_VIEW).tree
    rows = sorted(
        ((tree.nodes[identifier], number) for identifier, number in figures.below.items()), key=lambda one: -one[1]
    )
    rows = [(node, number) for node, number in rows if not node.closed]
    shown = [(node.short_name, number, reverse("unit_home", args=[node.code])) for node, number in rows[:LEAGUE_SHOWN]]
    return {"rows": shown, "empty": sum(1 for _node, number in rows if not number), "rest": len(rows) - len(shown)}
