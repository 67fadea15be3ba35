"""The declarations of the columns agree with the model and with themselves."""

import datetime as dt

import pytest
from django.db import models

from members.logic.flaws import Flaw
from members.logic.headers import KNOWN, header_form
from members.logic.roster_columns import COLUMNS, Column, Context
from members.models import Member

BESIDE_THE_FIELDS = {"identity", "teams"}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_every_column_is_a_field_and_no_longer_than_it(column: Column) -> None:
    if column.key in BESIDE_THE_FIELDS:
        return
    field = Member._meta.get_field(column.key)
    if isinstance(field, models.CharField) and not field.choices:
        assert column.max_length <= (field.max_length or 0)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_every_example_is_clean(column: Column) -> None:
    if column.example:
        read = column.cleaner(Context(dt.date(2026, 11, 21)))
        assert not isinstance(read(column.example), Flaw)


def test_no_header_means_two_columns() -> None:
    for column in COLUMNS:
        for word in (column.key, column.chinese, column.english, *column.synonyms):
            assert KNOWN[header_form(word)] == column.key, word
