"""Cursors of the API's lists: one that makes no sense is not found, instead of a failure in the database."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from corps.doors import number_in


class NumberedCursor(CursorPagination):
    """Pages in the order of a whole number, given as the first of `ordering`."""

    # Rows with the same number are told apart by an offset. DRF stops counting it at 1,000 and would then give the
    # same page for ever; all units of a corps have one tree id.
    offset_cutoff = 1_000_000

    def decode_cursor(self, request: Request) -> Any:
        """The cursor in the request. Raises `NotFound` for one whose position is no number."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and number_in(str(cursor.position)) is None:
            raise NotFound(self.invalid_cursor_message)
        return cursor
