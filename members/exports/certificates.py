"""The list of certificates as a workbook: exactly what the page shows, with a trace of the export."""

import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from corps.queries.units import path_text
from members.queries.training.certificates import (
    CertificateFilter,
    certificates_within,
    standing_of,
    told_certificates,
)

if TYPE_CHECKING:
    from corps.actors import Actor

MOST: Final = 200_000
_IN_MEMORY: Final = 8 * 1024 * 1024


@dataclass(slots=True)
class Export:
    """A finished workbook, to be closed by whoever sends it."""

    file: IO[bytes]
    name: str
    rows: int


def export_certificates(*, actor: "Actor", unit: Node, chosen: CertificateFilter) -> Export:
    """Write the certificates of the unit and below that the filter shows. Needs `member.export`; it is recorded.

    Raises `Refusal` for more than one sheet takes: none is left out silently.
    """
    require(actor, Permission.MEMBER_EXPORT, unit.id)
    rows = told_certificates(certificates_within(actor, unit, chosen), MOST + 1)
    if len(rows) > MOST:
        raise Refusal(
            _("These are more than %(most)s certificates.") % {"most": f"{MOST:,}"},
            code="certificate.export_too_many",
            place="unit",
            remedy=_("Filter by state or kind, or export unit by unit."),
        )
    file = _workbook(unit, rows)
    with transaction.atomic():
        record(
            actor=actor,
            action="certificate.export",
            unit_id=unit.id,
            object_type="corps.unit",
            object_id=unit.id,
            detail={"rows": len(rows), "standing": chosen.standing, "kind": chosen.kind_id},
        )
    return Export(file, f"{unit.name}-{_('certificates')}-{local_today().isoformat()}.xlsx", len(rows))


def _workbook(unit: Node, rows: list[Any]) -> IO[bytes]:
    """A4, title, unit and day above the head, page numbers, a line to sign; every cell is text."""
    today, tree = local_today(), current_tree()
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed by the sender)
    book: Any = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(_("Certificates"))
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 1})
    columns: list[tuple[str, int]] = [
        (_("Name"), 12),
        (_("Unit"), 30),
        (_("Kind of certificate"), 20),
        (_("Certificate number"), 18),
        (_("Issued on"), 12),
        (_("Valid until"), 12),
        (_("State"), 10),
        (_("Issued by"), 18),
        (_("Reason"), 24),
    ]
    for position, (_word, width) in enumerate(columns):
        sheet.set_column(position, position, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 1)
    sheet.set_footer(f"&L{_('Prepared by:')}            {_('Reviewed by:')}            &R&P / &N")
    sheet.write_string(0, 0, f"{unit.name} {_('Certificates')} {today.isoformat()}", bold)
    for position, (word, _width) in enumerate(columns):
        sheet.write_string(1, position, word, head)
    for number, one in enumerate(rows, 2):
        cells = [
            one.member.name,
            path_text(tree, one.member.unit_id) if one.member.unit_id in tree else "",
            one.kind.name,
            one.number,
            one.issued_on.isoformat(),
            one.valid_until.isoformat() if one.valid_until else _("for good"),
            str(standing_of(one, today).label),
            one.issuer or unit_name(one, tree),
            one.revoked_reason,
        ]
        for position, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, position, cell)
    book.close()
    file.seek(0)
    return file


def unit_name(certificate: Any, tree: Any) -> str:
    """Who issued one of the corps' own: the corps."""
    path = tree.path(certificate.member.unit_id)
    return path[0].name if path else ""
