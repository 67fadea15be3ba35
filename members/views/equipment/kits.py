"""The kit of a whole brigade or more by one list: counted by squad and kind, beside what the store has, then issued."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of, number_in
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today
from corps.views.pages import entered, unit_door
from members.forms.equipment.lines import KindChoice
from members.forms.equipment.plan import PlanForm
from members.logic.ledger import Place
from members.models import Store, Voucher
from members.operations.equipment.issuing import issue_kit
from members.operations.equipment.posting import reach_of
from members.queries.equipment.desk import Shelved, kinds_in_use, shelved, stores_for
from members.queries.equipment.plan import KitPlan, Wanted, equipped_number, kit_lines, plan_kit, unfit_for
from members.views.equipment.issuing import chosen_store, issued, store_chips
from members.views.equipment.shared import kind_choice, node_of, page, recorded_before

MOST_COUNTED: Final = 20_000
"""Above so many members nothing is counted here: the units below have lists of their own."""
MOST_PEOPLE: Final = 10_000
"""So many get their kit by one list: some seconds of writing, in one transaction."""


@unit_door(Permission.EQUIPMENT_RECORD)
@require_http_methods(["GET", "POST"])
def kit_for_all(request: HttpRequest, unit: Node) -> HttpResponse:
    """Everybody of the unit and below who lacks something. With `count` in the form it is only counted anew."""
    stores = stores_for(actor_of(request), unit, Permission.EQUIPMENT_RECORD)
    if not stores:
        return page(request, unit, "no_store", heading=_("Issue to all squads"))
    if request.method == "POST" and (again := recorded_before(request)):
        return again
    store = chosen_store(request, stores)
    kind_id = number_in(request.GET.get("kind", ""))
    reach = reach_of(store)
    within = [one for one in current_tree().within(unit.id) if one in reach]
    common = {
        "store": store,
        "stores": store_chips(stores, store, kind_id),
        "list_url": f"{reverse('equipment_issue', args=[unit.code])}?store={store.pk}",
        "back": reverse("equipment", args=[unit.code]),
    }
    if equipped_number(within) > MOST_COUNTED:
        return page(request, unit, "issue_all", too_many=True, below=_below(unit, store, within), **common)
    lines = kit_lines(within, None if kind_id is None else [kind_id])
    lacking = {line.kind_id for line in lines}
    kinds = [kind for kind in kinds_in_use(unit.corps_id) if kind.pk in lacking]
    choices = [kind_choice(kind) for kind in kinds]
    form = PlanForm(entered(request), unit_ids={line.unit_id for line in lines}, kinds=choices)
    fine = form.is_valid()
    # What a kind requires is asked as of the day of issue.
    unfit = unfit_for(lines, kinds, (form.cleaned_data.get("on") if form.is_bound else None) or local_today())
    every = plan_kit(lines, unfit, form.sizes)
    ticked = [line for line in lines if line.unit_id in form.unit_ids and line.kind_id in form.kind_ids]
    plan = plan_kit(ticked, unfit, form.sizes)
    people = plan.member_ids
    if fine and "count" not in request.POST:
        _check_number(form, len(people))
        voucher = form.attempt(lambda: _issue(request, store, form, plan)) if not form.errors else None
        if voucher is not None:
            return issued(request, voucher, len(people))
    lying = _by_kind(shelved([store.pk]).get((store.pk, Place.STORE.value), []))
    return page(
        request,
        unit,
        "issue_all",
        form=form,
        kinds=[_kind(one, form, plan, every, lying.get(one.id, {})) for one in choices],
        squads=[_squad(one, form, every, choices) for one in within if one in every.people],
        people=len(people),
        pieces=sum(wanted.pieces for wanted in plan.wanted.values()),
        **common,
    )


def _below(unit: Node, store: Store, within: Sequence[int]) -> list[tuple[str, str]]:
    """Units straight below that the store supplies, with their own lists."""
    tree, supplied = current_tree(), set(within)
    below = [tree.nodes[one] for one in within if tree.nodes[one].parent_id == unit.id]
    if unit.id not in supplied:
        below = [tree.nodes[store.unit_id]]
    return [(one.name, f"{reverse('equipment_issue_all', args=[one.code])}?store={store.pk}") for one in below]


def _check_number(form: PlanForm, people: int) -> None:
    if not people:
        form.add_error(None, _("Nobody gets anything by this list. Please choose sizes, or tick more."))
    elif people > MOST_PEOPLE:
        said = _("One list issues to %(most)s members at most, and these are %(n)s. Please untick some units.")
        form.add_error(None, said % {"most": f"{MOST_PEOPLE:,}", "n": f"{people:,}"})


def _issue(request: HttpRequest, store: Store, form: PlanForm, plan: KitPlan) -> Voucher:
    values = form.cleaned_data
    return issue_kit(
        actor=actor_of(request),
        store_id=store.pk,
        member_ids=plan.member_ids,
        kind_ids=form.kind_ids,
        unknown_sizes=form.sizes,
        left_out=plan.left_out,
        token=values["token"],
        on=values["on"],
        due_on=values["due_on"],
    )


def _by_kind(lying: Iterable[Shelved]) -> dict[int, dict[str, int]]:
    """Pieces on the shelf by kind and size."""
    found: dict[int, dict[str, int]] = {}
    for one in lying:
        found.setdefault(one.kind.pk, {})[one.size] = one.quantity
    return found


def _kind(kind: KindChoice, form: PlanForm, plan: KitPlan, every: KitPlan, lying: Mapping[str, int]) -> dict[str, Any]:
    """A kind with what of it is to be given, what there is, and what is short."""
    wanted, ticked = plan.wanted.get(kind.id, Wanted()), kind.id in form.kind_ids
    waiting = wanted if ticked else every.wanted[kind.id]
    short = {size: number - lying.get(size, 0) for size, number in wanted.by_size.items()}
    return {
        "id": kind.id,
        "name": kind.name,
        "measure": kind.measure,
        "ticked": ticked,
        "sizes": kind.sizes,
        "size": form.sizes.get(kind.id, ""),
        "wanted": wanted.pieces,
        "stock": sum(lying.values()),
        "short": sum(number for number in short.values() if number > 0),
        "by_size": [
            {"size": size, "wanted": number, "stock": lying.get(size, 0), "short": short[size]}
            for size in kind.sizes
            if (number := wanted.by_size.get(size, 0))
        ],
        "unsized": waiting.unsized,
        "any_unsized": bool(every.wanted[kind.id].unsized),
        "unfit": waiting.unfit,
    }


def _squad(unit_id: int, form: PlanForm, every: KitPlan, kinds: Sequence[KindChoice]) -> dict[str, Any]:
    pieces = every.pieces[unit_id]
    return {
        "id": unit_id,
        "name": node_of(unit_id).short_name,
        "ticked": unit_id in form.unit_ids,
        "people": len(every.people[unit_id]),
        "pieces": [pieces.get(kind.id, 0) for kind in kinds],
    }
