"""The roster import: upload → staged → preview → applied → undone. See `members.policies.imports` for the states.

Doors call the first group; the worker and the beat call the second, as the system; commands call the third.
"""

from members.operations.imports.applying import apply_import, carry_out_apply
from members.operations.imports.at_once import import_now, stage_rows
from members.operations.imports.rejects import download_rejects
from members.operations.imports.staging import stage_import
from members.operations.imports.sweeping import forget_old_uploads, resume_stalled_imports
from members.operations.imports.undoing import carry_out_undo, undo_import
from members.operations.imports.uploading import answer_questions, discard_import, resume_import, upload_roster

__all__ = [
    "answer_questions",
    "apply_import",
    "carry_out_apply",
    "carry_out_undo",
    "discard_import",
    "download_rejects",
    "forget_old_uploads",
    "import_now",
    "resume_import",
    "resume_stalled_imports",
    "stage_import",
    "stage_rows",
    "undo_import",
    "upload_roster",
]
