"""A captain's first page: what waits for me, then my people at a glance and the units below me."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.posts import posts_of, vacant_posts
from corps.queries.scope import Node, only_a_member, scope_of
from corps.queries.units import level_names
from corps.views.pages import frame, rights, unit_door
from duties.queries.mine import member_of
from members.enums import Education, ImportState, MemberRole, Occupation, Sex
from members.queries.figures import AGE_BANDS, Figures, figures_of, quick_to_count
from members.queries.importing import Waiting, imports_waiting

VACANT_SHOWN = 4
LEAGUE_SHOWN = 15
BARS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits: what it is, why, where it is done."""

    shape: str
    what: str
    note: str
    url: str
    button: str


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
    may = rights(
        actor, unit.id, Permission.MEMBER_VIEW, Permission.MEMBER_IMPORT, Permission.MEMBER_EDIT, Permission.POST_EDIT
    )
    values: dict[str, Any] = {
        "level_name": level_names(unit.corps_id).get(unit.level, ""),
        "posts": posts_of(actor, unit.id),
        "tasks": _tasks(request, unit, may),
        "units_below": unit.end - unit.position - 1,
        **may,
    }
    if may["member_view"] and quick_to_count(actor, unit):
        values |= _people(request, unit)
    return render(request, "stats/home.html", frame(request, unit, "home", **values))


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def people(request: HttpRequest, unit: Node) -> HttpResponse:
    """The part of the first page that counts people; it comes a moment later for large units."""
    values = {**_people(request, unit), **rights(actor_of(request), unit.id, Permission.MEMBER_IMPORT)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "stats/people.html", {"unit": unit, "late": True, **values})
    return render(request, "stats/people_page.html", frame(request, unit, "home", **values))


def _tasks(request: HttpRequest, unit: Node, may: dict[str, bool]) -> list[Task]:
    tasks: list[Task] = []
    if may["member_import"]:
        tasks += [_import_task(one) for one in imports_waiting(actor_of(request), unit)]
    tasks += _vacancies(request, unit)
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


def _people(request: HttpRequest, unit: Node) -> dict[str, Any]:
    figures = figures_of(actor_of(request), unit)
    roster = reverse("roster", args=[unit.code])
    return {
        "figures": figures,
        "units_below_count": unit.end - unit.position - 1,
        "roster": roster,
        "joined_now": figures.joined[-1][1],
        "joined_change": _change(figures.joined[-2][1], figures.joined[-1][1]),
        "joined_trend": [number for _month, number in figures.joined],
        "two_heads_share": _share(figures.two_heads, figures.present),
        "insured_share": _share(figures.insured, figures.present),
        "records": _records(figures, roster),
        "compositions": _compositions(figures, roster),
        "league": _league(request, unit, figures),
    }


def _change(before: int, now: int) -> float | None:
    return None if not before else (now - before) * 100 / before


def _share(part: int, whole: int) -> float | None:
    return None if not whole else round(part * 100 / whole, 1)


def _records(figures: Figures, roster: str) -> list[Task]:
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
