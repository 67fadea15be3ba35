"""The places of the dashboard, in the order of the navigation, and where each leads for a unit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.permissions import Permission
from corps.queries.scope import Node, only_a_member, scope_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the navigation: its page is `route` of a unit and needs `permission` there."""

    key: str
    label: "_StrPromise"
    icon: str
    route: str
    permission: Permission


PLACES = (
    Place("home", _("Home"), "home", "unit_home", Permission.UNIT_VIEW),
    Place("duties", _("Duties"), "duty", "duties", Permission.DUTY_VIEW),
    Place("incidents", _("Incidents"), "report", "incidents", Permission.INCIDENT_VIEW),
    Place("results", _("Results"), "chart", "results", Permission.RESULT_VIEW),
    Place("roster", _("Roster"), "roster", "roster", Permission.MEMBER_VIEW),
    Place("equipment", _("Equipment"), "equipment", "equipment", Permission.EQUIPMENT_VIEW),
    Place("training", _("Training"), "training", "training", Permission.TRAINING_VIEW),
    Place("imports", _("Import"), "import", "imports", Permission.MEMBER_IMPORT),
    Place("units", _("Units"), "units", "units", Permission.UNIT_VIEW),
    Place("trail", _("Records"), "records", "trail", Permission.TRAIL_VIEW),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the reader sees it now."""

    key: str
    label: "_StrPromise"
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of the trail; `url` is empty where the reader may not go."""

    name: str
    level: int
    url: str


# A member's own places; they are about the reader and need no permission.
MY_PLACES = (
    ("my", _("Today"), "today", "my"),
    ("my_duties", _("Duties"), "duty", "my_duties"),
    ("my_training", _("Training"), "training", "my_training"),
    ("my_record", _("Me"), "me", "my_record"),
)


def unit_url(code: str) -> str:
    """The first page of a unit."""
    return reverse("unit_home", args=[code])


def own_unit(actor: "Actor") -> Node | None:
    """The first unit the actor is appointed in, in tree order; a technical administrator has the root."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    if scope.roots:
        return scope.tree.nodes[scope.roots[0]]
    roots = scope.tree.roots() if scope.everything else []
    return roots[0] if roots else None


def places_for(actor: "Actor", unit: Node | None) -> list[Link]:
    """The places open to the actor in `unit`, or in their own unit where the page is about none."""
    here = unit or own_unit(actor)
    if here is None:
        return []
    if only_a_member(actor):
        return my_places(actor)
    return [
        Link(place.key, place.label, place.icon, reverse(place.route, args=[here.code]))
        for place in PLACES
        if here.id in scope_of(actor, place.permission)
    ]


def my_places(actor: "Actor") -> list[Link]:
    """Where a member goes: the own shifts and record, and from there to the own unit."""
    own = [Link(key, label, icon, reverse(route)) for key, label, icon, route in MY_PLACES]
    here = own_unit(actor)
    if here is None:
        return own
    if only_a_member(actor):
        return [*own, Link("units", _("Units"), "units", reverse("units", args=[here.code]))]
    return [*own, Link("home", _("Home"), "home", unit_url(here.code))]


def trail_to(actor: "Actor", unit_id: int) -> list[Step]:
    """From the root down to the unit; everybody may know where a unit hangs, links end at the reader's own scope."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    return [
        Step(
            node.short_name if node.parent_id else node.name,
            node.level,
            unit_url(node.code) if node.id in scope else "",
        )
        for node in scope.tree.path(unit_id)
    ]
