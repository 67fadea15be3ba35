"""Reading an uploaded roster: from bytes that nobody should trust to cleaned rows and problems.

Stages, and where each runs::

    parent   read_roster(bytes)            members.reading.process   starts the child, passes the bytes, listens
    child    what kind of file is it       members.reading.filetypes by content, never by name
    child    is it safe to open            members.reading.xlsx, .xls  size unpacked, macros, passwords
    child    sheets as rows of cells       members.reading.grids     calamine, or csv; formulas found in a second thread
    child    header, questions             members.logic.headers     what each column means, what must be asked first
    child    cleaning, 5,000 rows a batch  members.logic.rows        normalised values, problems, rows passed over
    parent   events, in order              members.reading.events    SheetFound, Batch, …, Done

The child runs under limits of memory and processor time and has neither the parent's environment nor its keys. It
sends plain values only (`marshal`), so a child taken over by a hostile file cannot make the parent run anything.
Whatever ends it early (a refusal, a limit, a crash of the reader) reaches the parent as one `FileRefused` with a
code and parameters; the sentences are in `members.logic.messages`.

Shapes: a row is `(row number, value, …)` with one value for each of `members.logic.roster_columns.KEYS`, in that
order. Values are text, codes of `members.enums`, ISO dates, tuples of text (skills, roles, groups, teams) or None.
References to units and grids are left as text (`members.logic.cells.unit_reference_kind` tells code, path and name
apart): they are resolved set by set in the database, and so are people that occur twice.

Nothing here imports Django, so the child starts in a few hundredths of a second.
"""

from members.reading.events import Batch, Cells, Done, Event, Notice, Questions, SheetFound
from members.reading.limits import Limits
from members.reading.process import FileRefused, read_cells, read_roster, write_rejects

__all__ = [
    "Batch",
    "Cells",
    "Done",
    "Event",
    "FileRefused",
    "Limits",
    "Notice",
    "Questions",
    "SheetFound",
    "read_cells",
    "read_roster",
    "write_rejects",
]
