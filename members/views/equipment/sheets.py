"""Workbooks: taking stores and hand-overs over with a preview."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node
from corps.views.pages import entered, unit_door
from members.exports.equipment import sample_equipment
from members.exports.equipment_rejects import export_equipment_rejects, signed_rejects
from members.forms.equipment.stores import IN_HANDS, ApplyForm, SheetForm
from members.forms.imports import ACCEPT
from members.models import Member
from members.operations.equipment.sheets import (
    LIMITS,
    Preview,
    Sheet,
    apply_equipment_sheet,
    read_equipment_sheet,
    sheet_from,
)
from members.queries.equipment.desk import kinds_in_use, see_store
from members.views.equipment.exports import WORKBOOK
from members.views.equipment.shared import page, store_choices, store_word

LINES_SHOWN: Final = 100
PROBLEMS_SHOWN: Final = 200

# Code of a problem → what is wrong, what to do.
SENTENCES: Final[dict[str, tuple[Any, Any]]] = {
    "store_head": (
        gettext_lazy("No row names a column “物品”."),
        gettext_lazy("Give the sheet the heads 物品, 尺码, 编号, 数量; the sample has them."),
    ),
    "people_head": (
        gettext_lazy("No row names “姓名” together with “物品” or with a kind of equipment."),
        gettext_lazy("Give the sheet such heads; the sample has them."),
    ),
    "nothing": (gettext_lazy("There is nothing below the head."), gettext_lazy("Fill in the sheet.")),
    "person_missing": (gettext_lazy("The name is missing."), gettext_lazy("Enter name or identity number.")),
    "person_unknown": (
        gettext_lazy("Nobody in the reach of this store is “%(name)s”."),
        gettext_lazy("Check name, number and unit; whoever is new is entered on the roster first."),
    ),
    "person_off": (
        gettext_lazy("%(name)s is not on duty."),
        gettext_lazy("Only members on probation and active ones are given equipment."),
    ),
    "person_several": (
        gettext_lazy("“%(name)s” may be: %(names)s."),
        gettext_lazy("Add a column with the identity number, its last four characters, or the unit."),
    ),
    "item_missing": (gettext_lazy("The item is missing."), gettext_lazy("Enter one of: %(names)s.")),
    "item_unknown": (gettext_lazy("There is no such kind of equipment."), gettext_lazy("Use one of: %(names)s.")),
    "number_missing": (
        gettext_lazy("This kind is told apart by number, and the number is missing."),
        gettext_lazy("Enter the number."),
    ),
    "number_twice": (
        gettext_lazy("The number %(number)s stands in row %(first)s already."),
        gettext_lazy("One thing cannot be in two places; correct one of the rows."),
    ),
    "size_missing": (gettext_lazy("“%(item)s”: the size is missing."), gettext_lazy("Enter one of: %(sizes)s.")),
    "size_unknown": (gettext_lazy("“%(item)s” has no such size."), gettext_lazy("Use one of: %(sizes)s.")),
    "numbers_count": (
        gettext_lazy("The row says %(quantity)s pieces, and the numbers are %(n)s."),
        gettext_lazy("Correct the quantity, or write all numbers; 001-050 stands for fifty."),
    ),
    "quantity_invalid": (gettext_lazy("This is no quantity."), gettext_lazy("Enter a whole number from 1.")),
    "due_invalid": (gettext_lazy("This is no date."), gettext_lazy("Enter a date such as 2022-11-30.")),
}


@unit_door(Permission.EQUIPMENT_RECORD, refused_as="equipment.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, unit: Node) -> HttpResponse:
    """Choose store and workbook; then see what it says before anything is written."""
    stores = store_choices(request, unit)
    if not stores:
        return page(request, unit, "no_store", heading=_("Import equipment"))
    files = request.FILES if request.method == "POST" else None
    form = SheetForm(entered(request), files, stores=stores, initial={"store": stores[0][0]})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            found = read_equipment_sheet(
                actor=actor_of(request),
                store_id=values["store"],
                file_name=values["file"].name or "",
                # One byte more than is allowed is enough to be refused, whatever the size of the file.
                content=values["file"].read(LIMITS.file_size + 1),
                people=values["what"] == IN_HANDS,
                opening=values["opening"],
            )
            return _preview(request, unit, found)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
    return page(
        request,
        unit,
        "import",
        form=form,
        accept=ACCEPT,
        limit=LIMITS.file_size >> 20,
        kinds="、".join(kind.name for kind in kinds_in_use(unit.corps_id)),
        back=reverse("equipment", args=[unit.code]),
    )


def _preview(request: HttpRequest, unit: Node, found: Preview) -> HttpResponse:
    return _preview_page(request, unit, found.sheet, ApplyForm(initial={"sheet": found.sheet.signed()}), found)


def _preview_page(
    request: HttpRequest, unit: Node, sheet: Sheet, form: ApplyForm, found: Preview | None = None
) -> HttpResponse:
    kinds = {kind.pk: kind for kind in kinds_in_use(unit.corps_id)}
    people = {row.member_id for row in sheet.rows if row.member_id}
    names = dict(Member.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    problems = [_told(one) for one in found.problems] if found is not None else []
    several = found is not None and len({one.sheet for one in found.problems}) > 1
    rows = [
        {
            "who": names.get(row.member_id, ""),
            "what": kinds[row.kind_id].name if row.kind_id in kinds else "",
            "size": row.size or row.number,
            "quantity": row.quantity,
            "measure": kinds[row.kind_id].measure if row.kind_id in kinds else "",
            "due_on": row.due_on,
        }
        for row in sheet.rows[:LINES_SHOWN]
    ]
    return page(
        request,
        unit,
        "import_preview",
        form=form,
        sheet=sheet,
        store=store_word(see_store(actor_of(request), sheet.store_id)),
        numbers=[
            (_("Lines"), len(sheet.rows)),
            (_("Pieces"), sum(row.quantity for row in sheet.rows)),
            (_("People"), len(people)),
            (_("Problems"), len(problems)),
        ],
        problems=problems[:PROBLEMS_SHOWN],
        problems_more=max(0, len(problems) - PROBLEMS_SHOWN),
        several=several,
        rejects=signed_rejects(found, [_reason(one) for one in problems]) if found is not None else "",
        rows=rows,
        more=max(0, len(sheet.rows) - LINES_SHOWN),
        written=reverse("equipment_voucher", args=[found.written.pk]) if found and found.written else "",
        again=reverse("equipment_import", args=[unit.code]),
    )


def _told(one: Any) -> dict[str, Any]:
    text, remedy = SENTENCES[one.code]
    return {
        "sheet": one.sheet_name,
        "row": one.row,
        "column": one.column,
        "header": one.header,
        "found": one.found,
        "text": text % one.params,
        "remedy": remedy % one.params,
    }


def _reason(told: dict[str, Any]) -> str:
    """A problem as it stands in the workbook that comes back."""
    where = f"「{told['header']}」" if told["header"] else ""
    return f"{where}{told['text']}{told['remedy']}"


@require_POST
@unit_door(Permission.EQUIPMENT_RECORD, refused_as="equipment.rejects")
def rejects(request: HttpRequest, unit: Node) -> HttpResponse:
    """The workbook that was just looked at, with a column that says what is wrong with which row."""
    try:
        name, content = export_equipment_rejects(
            actor=actor_of(request), unit_id=unit.id, text=request.POST.get("rejects", "")
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("equipment_import", unit.code)
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@unit_door(Permission.EQUIPMENT_RECORD, refused_as="equipment.import")
def apply(request: HttpRequest, unit: Node) -> HttpResponse:
    """Write what the preview showed."""
    form = ApplyForm(request.POST)
    try:
        sheet = sheet_from(request.POST.get("sheet", ""))
        vouchers = apply_equipment_sheet(actor=actor_of(request), sheet=sheet)
    except Refusal as refusal:
        if refusal.code == "equipment.sheet.invalid":
            messages.error(request, str(refusal))
            return redirect("equipment_import", unit.code)
        form.is_valid()
        form.add_error(None, str(refusal))
        return _preview_page(request, unit, sheet, form)
    lines = len(sheet.rows)
    said = ngettext("%(n)s line is taken over.", "%(n)s lines are taken over.", lines) % {"n": f"{lines:,}"}
    messages.success(request, said)
    return redirect("equipment_voucher", vouchers[-1].pk)


@require_GET
@unit_door(Permission.EQUIPMENT_RECORD)
def sample(request: HttpRequest, unit: Node) -> HttpResponse:
    """An empty sheet to fill in: of a store, or with `?what=hands` of hand-overs."""
    people = request.GET.get("what") == IN_HANDS
    content = sample_equipment(kinds_in_use(unit.corps_id), people=people)
    name = _("Hand-over list") if people else _("Stock list")
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx") or ""
    return answer
