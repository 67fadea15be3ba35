"""The list of members on the roster's own search: keyset pages, no count, filters as drop-downs."""

from functools import partial
from typing import Any

from django.http import HttpRequest, QueryDict
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import ProjectChangeList, text_of_unit
from corps.admin.filters import UnitFilter
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import local_today
from members.forms.roster import RosterFilterForm
from members.logic.identity import age_on
from members.models import Member
from members.queries.roster import PAGE_SIZE, RosterFilter, Row, Within, list_members

FILTERS = (
    "status",
    "occupation",
    "role",
    "group",
    "partner",
    "sex",
    "education",
    "political_status",
    "insured",
    "missing",
)
CURSORS = ("after", "before")


def place_for(request: HttpRequest, permission: Permission, unit_id: int | None) -> Within | None:
    """Where a list looks: the unit with everything below it, or else all the reader's units; None for no unit."""
    scope = scope_for(request, permission)
    tree = scope.tree
    if unit_id is not None and unit_id in scope:
        ids = tuple(tree.within(unit_id))
        return Within(tree.nodes[unit_id], ids, len(ids) / len(tree.ids), len(ids) == len(tree.ids), tree)
    ids = tuple(one for one in tree.ids if one in scope)
    if not ids:
        return None
    return Within(tree.nodes[ids[0]], ids, len(ids) / len(tree.ids), len(ids) == len(tree.ids), tree)


def unit_asked(query: QueryDict) -> int | None:
    """The unit a list was narrowed to."""
    text = query.get("unit", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None


def filter_form(request: HttpRequest) -> RosterFilterForm:
    """The roster's filter over the address of the list; its choices are read once per request."""
    found: RosterFilterForm | None = request.__dict__.get("_roster_filter")
    if found is None:
        place = place_for(request, Permission.MEMBER_VIEW, None)
        found = RosterFilterForm(request.GET, corps_id=place.unit.corps_id if place else 0)
        request.__dict__["_roster_filter"] = found
    return found


def chosen(request: HttpRequest) -> RosterFilter:
    """What the address narrows the list to."""
    return filter_form(request).chosen(searching=bool(request.GET.get("q", "").strip()))


class _FormFilter(DropdownFilter):
    """One field of the roster's filter as a drop-down of the list."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        field: Any = filter_form(request).fields[str(self.parameter_name)]
        self.title = field.label
        self._options = [(str(code), word) for code, word in field.choices]
        self.all_option = self._options[0]
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self._options[1:]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        # The roster's own query narrows; see `RosterChangeList`.
        return queryset


def filters() -> list[Any]:
    """The unit, and one drop-down for each field of the roster's filter."""
    return [
        UnitFilter,
        *(type("RosterFilterBy", (_FormFilter,), {"parameter_name": name, "title": name}) for name in FILTERS),
    ]


class RosterChangeList(ProjectChangeList):
    """A page of the roster as an admin list; rows are read-only members with `row` as the list shows it."""

    previous = ""
    following = ""

    def get_filters_params(self, params: Any = None) -> Any:
        """Without the cursors, which are no columns."""
        found = super().get_filters_params(params)
        for name in CURSORS:
            found.pop(name, None)
        return found

    def get_results(self, request: HttpRequest) -> None:
        place = place_for(request, Permission.MEMBER_VIEW, unit_asked(request.GET))
        rows: list[Row] = []
        if place is not None:
            page = list_members(
                actor=actor_of(request),
                place=place,
                typed=request.GET.get("q", "").strip(),
                chosen=chosen(request),
                after=request.GET.get("after", ""),
                before=request.GET.get("before", ""),
            )
            rows = page.rows
            link = partial(self.get_query_string, remove=list(CURSORS))
            self.previous = link({"before": page.previous}) if page.previous else ""
            self.following = link({"after": page.next}) if page.next else ""
        today, tree = local_today(), scope_for(request, Permission.MEMBER_VIEW).tree
        self.result_list = [_as_member(row) for row in rows]
        for member in self.result_list:
            member.unit_text = text_of_unit(tree, member.unit_id)
            member.age = age_on(member.birth_date, today)
        self.result_count = len(rows)
        # Nothing was counted, so nothing is told.
        self.full_result_count = self.result_count
        self.show_admin_actions = False
        self.can_show_all = False
        self.multi_page = True
        self.paginator = self.model_admin.get_paginator(request, self.result_list, PAGE_SIZE)


def _as_member(row: Row) -> Any:
    facts = row._asdict()
    identity = facts.pop("identity")
    member: Any = Member(**facts)
    member.identity_text = identity
    return member
