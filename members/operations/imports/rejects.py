"""The workbook of rejected rows: the upload itself, only the rejected rows, a last column that says why."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from members.models import ImportFile
from members.operations.imports.staging import remembered_columns, stored_upload
from members.operations.imports.uploading import file_refusal, note, visible_import
from members.queries.imports import reasons_by_row
from members.reading import FileRefused, write_rejects

if TYPE_CHECKING:
    from corps.actors import Actor


def download_rejects(*, actor: "Actor", import_id: int) -> tuple[str, bytes]:
    """A file name and an .xlsx with the rejected rows, ready to be mended and imported again; noted in the trail.

    Raises `Refusal` when no row was rejected (`import.no_rejects`) or the upload is kept no longer (`import.wiped`).
    """
    roster_import = visible_import(actor, import_id)
    with acting(
        actor=actor, action="import.rejects", permission=Permission.MEMBER_IMPORT, unit_id=roster_import.unit_id
    ):
        try:
            content = stored_upload(import_id)
        except ImportFile.DoesNotExist as error:
            raise Refusal(
                _("The uploaded file is kept no longer."),
                code="import.wiped",
                remedy=_("Correct the rows in your own copy of the file and import it again."),
            ) from error
        reasons = reasons_by_row(roster_import)
        if not reasons:
            raise Refusal(
                _("No row of this import was rejected."),
                code="import.no_rejects",
                remedy=_("There is nothing to download."),
            )
        try:
            workbook = write_rejects(content, reasons, answers=remembered_columns(roster_import))
        except FileRefused as refused:
            raise file_refusal(refused.code, refused.params) from refused
        note(actor, "import.rejects", roster_import, {"rows": sum(map(len, reasons.values()))})
    return f"{PurePath(roster_import.file_name).stem}-{_('rejected rows')}.xlsx", workbook
