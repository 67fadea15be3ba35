"""Which legs answer a search word."""

import datetime as dt

from corps.crypto import blind_index
from members.logic.flaws import Flaw
from members.logic.identity import from_15_digits, parse_identity
from members.logic.search import name_grams
from members.logic.words import Kind, Word, after
from members.models.people import IDENTITY_PURPOSE
from members.queries.roster.legs import BY_NAME, BY_UNIT, Leg, Shape, by_name, few_or_stream, without
from members.queries.roster.scope import Within
from members.queries.roster.sql import Condition, between, expected_rows, total_rows

# A prefix with at most so many matches is read from its index; for a commoner one, unit by unit finds a page sooner.
_INDEX_RANGE = 20_000
_BY_INITIALS = ("initials", "unit_id", "id")
_BY_PHONE = ("phone", "unit_id", "id")


def legs_for(word: Word, place: Within, *, full_phones: bool, today: dt.date, limit: int) -> list[Leg]:
    """The legs for a word, best first; none when nothing can match.

    Without the right to see phone numbers in full, only what a masked number shows, or the whole number, finds
    somebody: otherwise the hidden digits could be guessed one by one.
    """
    if word.kind == Kind.NAME:
        return _name(word.text, place, limit)
    if word.kind == Kind.LATIN:
        return _latin(word, place, limit)
    if word.kind == Kind.IDENTITY:
        return _identity(word.text, today)
    if word.kind == Kind.TAIL:
        return [_tail(word.text)]
    if word.kind == Kind.DIGITS:
        return _digits(word.text, place, limit, full_phones=full_phones)
    return []


def _name(text: str, place: Within, limit: int) -> list[Leg]:
    grams = name_grams(text)
    # The longest pieces say everything; single characters stand in the index for words of one character.
    wanted = [gram for gram in grams if len(gram) == 2] or grams
    indexed = Condition("m.name_grams @> %s::text[]", (wanted,))
    # A single character does not stand across the dot of a name such as 艾力·吐尔逊.
    letters = "m.name" if len(text) == 1 else "replace(m.name, '·', '')"
    read = Condition(f"{letters} LIKE %s", (f"%{text}%",))
    if len(text) > 2:
        return [Leg("name", indexed, BY_UNIT, Shape.FEW)]
    return [few_or_stream("name", indexed, read, place, total_rows(), limit)]


def _latin(word: Word, place: Within, limit: int) -> list[Leg]:
    sounds = between("m.pinyin", word.text, after(word.text))
    legs = [by_name("pinyin", sounds, place, expected_rows(sounds), limit)]
    if word.may_be_initials:
        initials = between("m.initials", word.text, after(word.text))
        legs.append(Leg("initials", without([sounds], initials), _BY_INITIALS, Shape.WALK))
    return legs


def _identity(text: str, today: dt.date) -> list[Leg]:
    found = parse_identity(text if len(text) == 18 else from_15_digits(text), today)
    if found is None or isinstance(found, Flaw):
        return []
    index = blind_index(found.number, purpose=IDENTITY_PURPOSE)
    return [Leg("identity", Condition("m.identity_index = %s", (index,)), BY_NAME, Shape.FEW)]


def _tail(text: str) -> Leg:
    return Leg("tail", Condition("m.identity_tail = %s", (text,)), BY_NAME, Shape.FEW)


def _digits(text: str, place: Within, limit: int, *, full_phones: bool) -> list[Leg]:
    legs: list[Leg] = []
    if len(text) == 4:
        legs.append(_tail(text))
    if len(text) == 4 or (full_phones and 4 < len(text) < 11):
        backward = text[::-1]
        end = Condition(
            "m.phone <> '' AND reverse(m.phone) >= %s AND reverse(m.phone) < %s", (backward, after(backward))
        )
        legs.append(Leg("phone-end", without([leg.condition for leg in legs], end), BY_NAME, Shape.FEW))
    if full_phones or len(text) in {3, 11}:
        legs.append(_phone_start(text, [leg.condition for leg in legs], place, limit))
    return legs


def _phone_start(text: str, before: list[Condition], place: Within, limit: int) -> Leg:
    numbers = Condition("m.phone <> '' AND m.phone >= %s AND m.phone < %s", (text, after(text)))
    condition = without(before, numbers)
    if place.everything or expected_rows(numbers) <= _INDEX_RANGE:
        return Leg("phone", condition, _BY_PHONE, Shape.WALK)
    return Leg("phone-by-unit", condition, BY_UNIT, Shape.STREAM)
