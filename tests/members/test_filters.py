"""Saved searches keep no number of a person."""

import pytest

from corps.errors import Refusal
from members.models import SavedFilter
from members.operations.filters import save_filter
from tests.cast import Cast


@pytest.mark.parametrize("typed", ["430405198001011239", "430405 19800101 1239", "13812345678", "138-1234-5678"])
def test_a_number_of_a_person_is_not_kept(cast: Cast, typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        save_filter(actor=cast.actor("captain_sg"), name="x", query=f"q={typed}&status=active")
    assert refused.value.code == "filter.personal"
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("query", ["", "q=张", "q=1239", "q=zw&status=active", "occupation=two"])
def test_other_searches_are(cast: Cast, query: str) -> None:
    assert save_filter(actor=cast.actor("captain_sg"), name="x", query=query).query == query
