"""JSON as it may come in: nothing that no answer could quote and no database could keep."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class TextJSONParser(JSONParser):
    """JSON whose texts are text: without NUL and without halves of surrogate pairs, in keys as well as in values."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as plain values. Raises `ParseError`."""
        try:
            found = super().parse(stream, media_type, dict(parser_context or {}))
            readable = _is_text(found)
        except RecursionError as error:
            raise ParseError(_("The request is nested too deeply.")) from error
        if not readable:
            raise ParseError(_("The request holds characters that are no text."))
        return found


def _is_text(value: Any) -> bool:
    if isinstance(value, str):
        return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, Mapping):
        return all(_is_text(part) for pair in value.items() for part in pair)
    return not isinstance(value, list) or all(_is_text(part) for part in value)
