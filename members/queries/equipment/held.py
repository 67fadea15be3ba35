"""What narrows a list of things in hands, and what its rows are read with; for today and for past days."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

RELATED: Final = ("kind", "article", "member", "unit", "store", "store__unit")
SOON: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HandsFilter:
    """What narrows the list. `place` is one of the ledger's places in hands, `due`: `over`, `soon` or `any`.

    `on` asks for what was held at the end of a day of the past; then `due` means that day as well.
    """

    typed: str = ""
    kind_id: int | None = None
    place: str = ""
    due: str = ""
    member_id: int | None = None
    on: dt.date | None = None
