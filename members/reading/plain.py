"""Cells as they stand, for tables that are no roster: sheets, where cells are merged, and where formulas are.

The file is opened as carefully as a roster is, but nothing in it is looked for; whoever asked makes sense of the cells.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from members.logic.flaws import cell_text
from members.reading.events import Frame
from members.reading.grids import Grid, open_book
from members.reading.limits import Limits
from members.reading.refusals import Refused

_TEXT_LIMIT: Final = 200
"""Characters of a cell that are kept; a table's heads and figures are shorter."""


def read_cells(path: Path, *, limits: Limits, opening: Callable[[str], None]) -> Iterator[Frame]:
    """Visible sheets as frames `cells`: (name, rows of cells, merged ranges, formulas by column), from column A on.

    Raises `Refused`. `opening` is told each sheet before it is loaded.
    """
    with contextlib.ExitStack() as stack:
        threads = ThreadPoolExecutor(1)
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        book = open_book(path, limits, threads)
        total = 0
        for name in book.sheets:
            opening(name)
            grid = book.load(name)
            if grid.width > limits.columns:
                raise Refused("sheet_too_wide", sheet=name, limit=limits.columns)
            total += grid.height
            if total > limits.rows:
                raise Refused("too_many_rows", rows=total, limit=limits.rows)
            # A text file has no sheets, and the name it is given elsewhere means nothing here.
            yield (
                "cells",
                ("" if grid.ragged else name, _rows(grid, limits.rows), _merged(grid), dict(grid.scan().formulas)),
            )
        yield "done", (total, 0)


def _rows(grid: Grid, most: int) -> list[list[Any]]:
    left = [""] * grid.offset
    return [[*left, *map(_plain, row)] for row in itertools.islice(grid.rows(), most)]


def _plain(cell: Any) -> Any:
    """A cell as a frame can carry it: text, a number, or a date as ISO text."""
    if isinstance(cell, bool) or cell is None:
        return cell_text(cell)
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, str):
        return cell[:_TEXT_LIMIT]
    return cell.isoformat() if hasattr(cell, "isoformat") else cell_text(cell)


def _merged(grid: Grid) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [((top, left + grid.offset), (bottom, right + grid.offset)) for (top, left), (bottom, right) in grid.merged]
