"""Handing out: the kit to everybody who lacks something, and whatever else to whoever is named."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.views.pages import entered, unit_door
from members.forms.equipment.issue import TO_UNIT, Cell, HandOutForm, KitForm, KitRow
from members.forms.equipment.lines import KindChoice, Lines, Typed
from members.logic.ledger import Line
from members.models import Store, Voucher
from members.operations.equipment.issuing import issue, issue_to_unit
from members.operations.equipment.posting import reach_of
from members.queries.equipment.desk import articles_here, kinds_in_use, last_sizes, members_named, shelved, stores_for
from members.queries.equipment.missing import Lack, missing
from members.views.equipment.shared import (
    kind_choice,
    kind_choices,
    kinds_json,
    node_of,
    page,
    recorded_before,
    store_choices,
)

# A form holds a thousand fields: one for each thing of each member, and one for each member.
MOST_CELLS: Final = 600
MOST_PEOPLE: Final = 120


@unit_door(Permission.EQUIPMENT_RECORD)
@require_http_methods(["GET", "POST"])
def kit(request: HttpRequest, unit: Node) -> HttpResponse:
    """Everybody who lacks something, with all of it ticked; one button issues it."""
    stores = stores_for(actor_of(request), unit, Permission.EQUIPMENT_RECORD)
    if not stores:
        return page(request, unit, "no_store", heading=_("Issue what is missing"))
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    store = chosen_store(request, stores)
    kind_id = number_in(request.GET.get("kind", ""))
    # With a form that was sent, the people are those who stood on it, whoever else lacks something by now.
    texts = request.POST.get("rows", "").split(",")[:MOST_PEOPLE]
    sent = [found for text in texts if (found := number_in(text))] or None
    lacks = _lacks(unit, store, kind_id, sent)
    rows, people = _rows(lacks)
    kinds = [kind_choice(kind) for kind in kinds_in_use(unit.corps_id) if any(kind.pk in row.cells for row in rows)]
    _complete(
        rows,
        {kind.id: kind for kind in kinds},
        last_sizes([row.member_id for row in rows], [kind.id for kind in kinds if kind.sizes]),
    )
    lying = shelved([store.pk]).get((store.pk, "store"), [])
    numbers = {one.kind.pk: one.numbers for one in lying if one.numbered}
    form = KitForm(entered(request), rows=rows, numbers=numbers)
    if request.method == "POST" and form.is_valid():
        voucher = form.attempt(lambda: _issue(request, store, form))
        if voucher is not None:
            return issued(request, voucher, len(form.chosen()))
    in_store: dict[int, int] = {}
    for one in lying:
        in_store[one.kind.pk] = in_store.get(one.kind.pk, 0) + one.quantity
    return page(
        request,
        unit,
        "issue",
        form=form,
        rows=rows,
        kinds=[_column(kind, rows, in_store.get(kind.id, 0), lying) for kind in kinds],
        numbers=[(kind_id, list(found)) for kind_id, found in numbers.items()],
        store=store,
        stores=store_chips(stores, store, kind_id),
        narrowed=kind_id is not None,
        more=people - len(rows),
        all_url=f"{reverse('equipment_issue_all', args=[unit.code])}?store={store.pk}"
        + (f"&kind={kind_id}" if kind_id else ""),
        row_ids=",".join(str(row.member_id) for row in rows),
        table_rows=[[row, [row.cells.get(kind.id) for kind in kinds]] for row in rows],
        in_reach=unit.id in reach_of(store) or bool(rows),
    )


def chosen_store(request: HttpRequest, stores: Sequence[Store]) -> Store:
    """The store that the address names, else the nearest."""
    asked = number_in(request.GET.get("store", ""))
    return next((store for store in stores if store.pk == asked), stores[0])


def store_chips(stores: Sequence[Store], chosen: Store, kind_id: int | None) -> list[dict[str, Any]]:
    """The stores to choose from."""
    kind = f"&kind={kind_id}" if kind_id else ""
    return [{"label": one.name, "url": f"?store={one.pk}{kind}", "active": one == chosen} for one in stores]


def _lacks(unit: Node, store: Store, kind_id: int | None, member_ids: Sequence[int] | None) -> list[Lack]:
    """What people of the unit lack whom the store supplies."""
    reach = reach_of(store)
    within = [one for one in current_tree().within(unit.id) if one in reach]
    return missing(unit_ids=within, member_ids=member_ids, kind_ids=None if kind_id is None else [kind_id])


def _rows(lacks: Iterable[Lack]) -> tuple[list[KitRow], int]:
    """As many people as fit on a form, and how many there are."""
    found: dict[int, KitRow] = {}
    cells = 0
    people: set[int] = set()
    for lack in lacks:
        people.add(lack.member_id)
        row = found.get(lack.member_id)
        if row is None:
            if len(found) >= MOST_PEOPLE or cells >= MOST_CELLS:
                continue
            row = found[lack.member_id] = KitRow(lack.member_id, lack.member, node_of(lack.unit_id).short_name)
        row.cells[lack.kind_id] = Cell(lack.member_id, lack.kind_id, lack.quantity)
        cells += 1
    return list(found.values()), len(people)


def _complete(rows: Iterable[KitRow], kinds: Mapping[int, KindChoice], worn: Mapping[tuple[int, int], str]) -> None:
    """Tell each cell what its kind needs to be told; the size is at first the one worn last."""
    for row in rows:
        for kind_id, cell in row.cells.items():
            kind = kinds[kind_id]
            cell.sizes, cell.numbered = kind.sizes, kind.numbered
            cell.size = worn.get((row.member_id, kind_id), "")
            if kind.numbered:
                cell.quantity = 1


def _column(kind: KindChoice, rows: Sequence[KitRow], stock: int, lying: Iterable[Any]) -> dict[str, Any]:
    wanted = sum(row.cells[kind.id].quantity for row in rows if kind.id in row.cells)
    sizes = [f"{one.size} {one.quantity:,}" for one in lying if one.kind.pk == kind.id and one.size]
    return {
        "id": kind.id,
        "name": kind.name,
        "sizes": kind.sizes,
        "stock": stock,
        "short": stock < wanted,
        "by_size": "　".join(sizes),
    }


def _issue(request: HttpRequest, store: Store, form: KitForm) -> Voucher:
    values = form.cleaned_data
    lines = {
        member_id: [
            Line(cell.kind_id, 1, "", cell.article_id)
            if cell.numbered
            else Line(cell.kind_id, cell.quantity, cell.size)
            for cell in cells
        ]
        for member_id, cells in form.chosen().items()
    }
    return issue(
        actor=actor_of(request),
        store_id=store.pk,
        member_lines=lines,
        token=values["token"],
        on=values["on"],
        due_on=values["due_on"],
    )


def issued(request: HttpRequest, voucher: Voucher, people: int) -> HttpResponse:
    """To the voucher, with how many got something."""
    said = ngettext(
        "Issued to %(n)s member. It is theirs to confirm; print the sheet if they sign on paper.",
        "Issued to %(n)s members. It is theirs to confirm; print the sheet if they sign on paper.",
        people,
    )
    messages.success(request, said % {"n": f"{people:,}"})
    return redirect("equipment_voucher", voucher.pk)


@unit_door(Permission.EQUIPMENT_RECORD)
@require_http_methods(["GET", "POST"])
def hand_out(request: HttpRequest, unit: Node) -> HttpResponse:
    """Anything else: a radio for tonight, a second vest, a car into the squad's use."""
    stores = store_choices(request, unit)
    if not stores:
        return page(request, unit, "no_store", heading=_("Hand out"))
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    tree = current_tree()
    within = tree.within(unit.id)
    kinds = kind_choices(unit.corps_id)
    form = HandOutForm(
        entered(request),
        stores=stores,
        units=[(one, tree.nodes[one].name) for one in within if not tree.nodes[one].closed],
        find_people=partial(members_named, within),
        initial={"people": request.GET.get("people", ""), "store": request.GET.get("store", "")},
    )
    lines = Lines(entered(request), kinds)
    if request.method == "POST":
        # Both are looked at, so that all that is wrong is said at once.
        fine, lined = form.is_valid(), lines.is_valid()
        if fine and lined:
            voucher = form.attempt(lambda: _hand_out(request, form, lines))
            if voucher is not None:
                messages.success(request, _("It is issued."))
                return redirect("equipment_voucher", voucher.pk)
    return page(
        request,
        unit,
        "hand_out",
        form=form,
        lines=lines,
        kinds_data=kinds_json(kinds),
        back=reverse("equipment", args=[unit.code]),
    )


def _hand_out(request: HttpRequest, form: HandOutForm, lines: Lines) -> Voucher:
    values = form.cleaned_data
    actor, store_id = actor_of(request), values["store"]
    found = lines_in_store(store_id, lines.typed)
    given: dict[str, Any] = {"token": values["token"], "on": values["on"], "due_on": values["due_on"]}
    if values["to"] == TO_UNIT:
        return issue_to_unit(
            actor=actor, store_id=store_id, unit_id=values["unit"], lines=found, reason=values["reason"], **given
        )
    return issue(
        actor=actor,
        store_id=store_id,
        member_lines=shared_out(values["member_ids"], found),
        extra_reason=values["reason"],
        **given,
    )


def shared_out(member_ids: Sequence[int], lines: Iterable[Line]) -> dict[int, list[Line]]:
    """Every member gets each counted line; numbered things go round, one to each in turn."""
    found: dict[int, list[Line]] = {member_id: [] for member_id in member_ids}
    turn = 0
    for line in lines:
        if line.article_id is None:
            for mine in found.values():
                mine.append(line)
        else:
            found[member_ids[turn % len(member_ids)]].append(line)
            turn += 1
    return {member_id: mine for member_id, mine in found.items() if mine}


def lines_in_store(store_id: int, typed: Iterable[Typed]) -> list[Line]:
    """Typed lines with the things their numbers mean in the store. Raises `Refusal` for a number that is not there."""
    here = articles_here(store_id)
    found: list[Line] = []
    for line in typed:
        if not line.numbers:
            found.append(Line(line.kind_id, line.quantity, line.size))
            continue
        strange = [number for number in line.numbers if (line.kind_id, number) not in here]
        if strange:
            raise Refusal(
                _("Not in this store: %(numbers)s.") % {"numbers": "、".join(strange[:10])},
                code="equipment.number.unknown",
                place="store",
                remedy=_("Choose another number or another store."),
            )
        found += [Line(line.kind_id, 1, "", here[line.kind_id, number]) for number in line.numbers]
    return found
