"""Members for tests: invented people with valid numbers, written without the history that operations would add."""

import datetime as dt
from itertools import count
from typing import Any

from corps.crypto import blind_index, seal
from members.logic.identity import check_character
from members.logic.search import name_grams, name_pinyin
from members.models import Member
from members.models.people import IDENTITY_PURPOSE

_serial = count(1)


def identity_number(serial: int, born: dt.date = dt.date(1985, 5, 20)) -> str:
    """A valid, invented number; `serial` makes it different."""
    first17 = f"430405{born:%Y%m%d}{serial % 1000:03d}"
    return first17 + check_character(first17)


def person(unit_id: int, name: str, **values: Any) -> Member:
    """A member of the unit. `identity` may be given; everything else as the model has it."""
    serial = next(_serial)
    # Born until 1996, however many people the tests of one process need.
    born = values.setdefault("birth_date", dt.date(1950, 1, 1) + dt.timedelta(days=serial % 1300 * 13))
    number = values.pop("identity", "") or identity_number(serial, born)
    pinyin, initials = name_pinyin(name)
    return Member.objects.create(
        unit_id=unit_id,
        name=name,
        identity_sealed=seal(number, purpose=IDENTITY_PURPOSE),
        identity_index=blind_index(number, purpose=IDENTITY_PURPOSE),
        identity_head=number[:3],
        identity_tail=number[-4:],
        **{
            "sex": "1",
            "phone": f"139{serial:08d}",
            "pinyin": pinyin,
            "initials": initials,
            "name_grams": name_grams(name),
            "joined_on": dt.date(2022, 11, 3),
            "occupation": "guard",
            "emergency_phone": "13800000000",
            **values,
        },
    )
