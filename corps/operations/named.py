"""Rows of a corps' lists that are told apart by their names."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from corps.errors import Refusal


def save_named(row: Any, name: str, *, limit: int, code: str, missing: str) -> None:
    """Give a row its name and save it; the database keeps each name once.

    Raises `Refusal` with `missing` (code `<code>.name_missing`) for no name or one longer than `limit`, and
    `<code>.exists` for one that stands on the list already.
    """
    row.name = name.strip()
    if not 0 < len(row.name) <= limit:
        raise Refusal(
            missing,
            code=f"{code}.name_missing",
            place="name",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": limit},
        )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(
            _("“%(name)s” is on the list already.") % {"name": row.name},
            code=f"{code}.exists",
            place="name",
            remedy=_("Use the one that exists."),
        ) from error
