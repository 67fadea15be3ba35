"""The standing of recruiters as a workbook for A4."""

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Node, local_today, require
from members.queries.recruiters import standings

if TYPE_CHECKING:
    from corps.actors import Actor


def export_recruiters(*, actor: "Actor", unit: Node) -> tuple[bytes, str]:
    """The list of the unit and below, and the file's name. Needs `member.export` as well; the act is recorded."""
    require(actor, Permission.MEMBER_EXPORT, unit.id)
    rows = standings(actor, unit)
    file = io.BytesIO()
    book: Any = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Recruiters"))
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 1})
    day = local_today().isoformat()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 1)
    sheet.set_footer(f"&L{_('Prepared by:')}            {_('Reviewed by:')}            &R&P / &N")
    sheet.write_string(0, 0, f"{unit.name} {_('Recruiters')} {day}", bold)
    heads = (
        _("Name"),
        _("Category"),
        _("Unit"),
        _("Police station"),
        _("Target"),
        pgettext("application", "Applied"),
        _("Joined"),
        _("Missing"),
    )
    for position, (word, width) in enumerate(zip(heads, (14, 20, 22, 22, 8, 8, 8, 8), strict=True)):
        sheet.set_column(position, position, width)
        sheet.write_string(1, position, word, head)
    for number, one in enumerate(rows, 2):
        station = one.recruiter.station.name if one.recruiter.station else ""
        for position, text in enumerate((one.recruiter.name, one.category, one.recruiter.unit.name, station)):
            sheet.write_string(number, position, text)
        for position, value in enumerate((one.recruiter.target, one.applied, one.joined, one.missing), 4):
            sheet.write_number(number, position, value)
    book.close()
    record(
        actor=actor,
        action="member.export",
        unit_id=unit.id,
        object_type="corps.unit",
        object_id=unit.id,
        detail={"rows": len(rows), "kind": "recruiters"},
    )
    return file.getvalue(), f"{unit.name}-{_('Recruiters')}-{day}.xlsx"
