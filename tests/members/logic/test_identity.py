"""Identity numbers: GB 11643-1999, the ways sheets spoil them, and that no real person is turned away."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from members.logic.flaws import ERROR, WARNING, Flaw
from members.logic.identity import (
    Identity,
    IdentityReader,
    check_character,
    from_15_digits,
    parse_identity,
    sex_of,
)

TODAY = dt.date(2026, 11, 21)
NUMBER = "430405198001011239"


def read(cell: object) -> object:
    return IdentityReader(TODAY).read(cell)  # type: ignore[arg-type]


def code(cell: object) -> str:
    flaw = read(cell)
    assert isinstance(flaw, Flaw), flaw
    return flaw.code


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Valid numbers of people between 18 and 99, from counties that exist or once did."""
    area = draw(st.sampled_from(["430405", "110101", "330683", "500103", "654321", "820000"]))
    born = draw(st.dates(dt.date(1927, 1, 1), dt.date(2008, 11, 21)))
    first17 = f"{area}{born:%Y%m%d}{draw(st.integers(1, 998)):03d}"
    number = first17 + check_character(first17)
    return number if not number.endswith("000") else draw(numbers())


@given(numbers())
def test_valid_numbers_are_taken(number: str) -> None:
    assert read(number) == number
    parsed = parse_identity(number, TODAY)
    assert isinstance(parsed, Identity)
    assert parsed.birth_date.strftime("%Y%m%d") == number[6:14]
    assert parsed.sex == ("1" if int(number[16]) % 2 else "2")


@given(numbers(), st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: str, place: int, step: int) -> None:
    wrong_digit = str((int(number[place].replace("X", "9")) + step) % 10)
    if wrong_digit == number[place]:
        return
    wrong = read(number[:place] + wrong_digit + number[place + 1 :])
    assert isinstance(wrong, Flaw)
    assert wrong.severity == ERROR


@given(numbers(), st.integers(0, 15))
def test_two_digits_exchanged_are_found(number: str, place: int) -> None:
    if number[place] == number[place + 1]:
        return
    wrong = read(number[:place] + number[place + 1] + number[place] + number[place + 2 :])
    assert isinstance(wrong, Flaw)
    assert wrong.severity == ERROR


@given(numbers().filter(lambda number: number.startswith("19", 6)))
def test_15_digits_become_18(number: str) -> None:
    old = number[:6] + number[8:17]
    assert from_15_digits(old) == number
    assert read(old) == number
    assert read(float(old)) == number


@example("110101200501043820", "．", 17)
@given(numbers(), st.sampled_from([" ", "-", "\u3000", "\xa0", "\u200b", "'", "．"]), st.integers(0, 18))
def test_stray_characters_do_not_matter(number: str, stray: str, place: int) -> None:
    assert read(number[:place] + stray + number[place:]) == number


@given(numbers())
def test_full_width_digits_and_small_x(number: str) -> None:
    assert read(number.lower()) == number
    assert read("".join(chr(ord(char) + 0xFEE0) for char in number)) == number


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes(), st.times()))
def test_nothing_in_a_cell_raises(cell: object) -> None:
    read(cell)


@pytest.mark.parametrize("cell", [4.30405198001011e17, 430405198001011239, "4.30405E+17", "4.30405198001011e+17", 1e15])
def test_numbers_destroyed_by_the_sheet_are_refused(cell: object) -> None:
    assert code(cell) == "identity_destroyed"


def test_three_zeros_at_the_end_tell_of_a_destroyed_number() -> None:
    assert code("430405198001011000") == "identity_destroyed"
    fitting = next(n for area in range(430401, 430482) if check_character(n := f"{area}19800101100") == "0")
    flaw = read(fitting + "0")
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == ("identity_zeros", WARNING, fitting + "0")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("43040519800101123", "identity_length"),
        ("4304051980010112399", "identity_length"),
        ("43040519800101123A", "identity_malformed"),
        ("X30405198001011239", "identity_malformed"),
        ("430405198013011239", "identity_birth_date"),
        ("430405198002301239", "identity_birth_date"),
        ("430405203001011239", "identity_birth_future"),
        ("430405202001011239", "identity_too_young"),
        ("430405190001011239", "identity_too_old"),
        ("430405198001011238", "identity_check_character"),
        ("见备注", "identity_length"),
        (True, "identity_malformed"),
        (dt.date(1980, 1, 1), "identity_malformed"),
    ],
)
def test_what_is_wrong_is_told(cell: object, expected: str) -> None:
    assert code(cell) == expected


@pytest.mark.parametrize("cell", ["", "  ", "\u3000", None, "'"])
def test_blank_cells_are_nothing(cell: object) -> None:
    assert read(cell) is None


@pytest.mark.parametrize(
    "number", ["330683195501011230", "500103196101011230", "430405197001011230", "110102199001011230"]
)
def test_counties_younger_than_their_people_are_no_reason_to_reject(number: str) -> None:
    whole = number[:17] + check_character(number[:17])
    assert read(whole) == whole


def test_an_unknown_province_warns_and_keeps_the_number() -> None:
    number = "99040519800101123" + check_character("99040519800101123")
    flaw = read(number)
    assert isinstance(flaw, Flaw)
    assert (flaw.code, flaw.severity, flaw.value) == ("identity_area", WARNING, number)
    parsed = parse_identity(number, TODAY)
    assert isinstance(parsed, Identity)
    assert parsed.warning is not None


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (dt.date(2010, 11, 21), "identity_minor"),
        (dt.date(2010, 11, 22), "identity_too_young"),
        (dt.date(2008, 11, 22), "identity_minor"),
        (dt.date(2008, 11, 21), None),
        (dt.date(1926, 11, 21), None),
        (dt.date(1925, 11, 22), None),
        (dt.date(1925, 11, 21), "identity_too_old"),
    ],
)
def test_age_is_counted_in_completed_years(born: dt.date, expected: str | None) -> None:
    first17 = f"430405{born:%Y%m%d}123"
    found = read(first17 + check_character(first17))
    assert (found.code if isinstance(found, Flaw) else None) == expected


def test_a_minor_is_taken_with_a_warning() -> None:
    first17 = "43040520100101123"
    flaw = read(first17 + check_character(first17))
    assert isinstance(flaw, Flaw)
    assert (flaw.severity, flaw.value) == (WARNING, first17 + check_character(first17))


def test_check_characters_by_the_standard_text() -> None:
    # The worked examples of ISO 7064 MOD 11-2 as GB 11643-1999 prints them.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


def test_sex_follows_the_seventeenth_digit() -> None:
    assert sex_of(NUMBER) == "1"
    assert sex_of("430405198001011247") == "2"
