"""What is typed into the search box, told apart."""

import pytest

from members.logic.words import Kind, Word, after, read_word


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", None),
        ("   ", None),
        ("···", None),
        ("张伟", Word(Kind.NAME, "张伟")),
        ("张　伟", Word(Kind.NAME, "张伟")),
        ("艾力·吐尔逊", Word(Kind.NAME, "艾力吐尔逊")),
        ("ZW", Word(Kind.LATIN, "zw")),
        ("Zhang Wei", Word(Kind.LATIN, "zhangwei")),
        ("xi'an", Word(Kind.LATIN, "xian")),
        ("138", Word(Kind.DIGITS, "138")),
        ("１３８", Word(Kind.DIGITS, "138")),
        ("138 1234 5678", Word(Kind.DIGITS, "13812345678")),
        ("13", Word(Kind.SHORT, "13")),
        ("123x", Word(Kind.TAIL, "123X")),
        ("43040519800101123x", Word(Kind.IDENTITY, "43040519800101123X")),
        ("430405800101123", Word(Kind.IDENTITY, "430405800101123")),
        ("张a", Word(Kind.NAME, "张a")),
    ],
)
def test_a_word_is_told_by_its_characters(typed: str, word: Word | None) -> None:
    assert read_word(typed) == word


@pytest.mark.parametrize(("text", "maybe"), [("zw", True), ("zhang", True), ("li", False), ("w", False), ("lv", False)])
def test_initials_need_two_letters_that_begin_syllables(text: str, maybe: bool) -> None:
    assert Word(Kind.LATIN, text).may_be_initials is maybe


@pytest.mark.parametrize("prefix", ["a", "zz", "138", "张"])
def test_the_end_of_a_range_lies_behind_every_word_with_the_prefix(prefix: str) -> None:
    assert prefix < after(prefix)
    assert prefix + "\U0010ffff" < after(prefix)
