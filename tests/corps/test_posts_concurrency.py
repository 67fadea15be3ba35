"""A term that two people end at once."""

from datetime import date
from functools import partial

import pytest

from corps.actors import SYSTEM
from corps.enums import PostKind
from corps.models import Term
from corps.operations import posts
from tests.cast import assemble
from tests.together import behind, ways

SPRING, SUMMER, AUTUMN = date(2023, 3, 1), date(2023, 6, 1), date(2023, 9, 1)


@pytest.mark.django_db(transaction=True)
def test_the_second_is_told_that_it_is_over_by_then() -> None:
    """And does not lengthen what the first has shortened."""
    cast = assemble()
    post = posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.CAPTAIN, title="大队长")
    term = posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="张三", starts_on=SPRING)
    end = partial(posts.end_term, actor=SYSTEM, term_id=term.pk)
    assert ways([behind(partial(end, ends_on=SUMMER), partial(end, ends_on=AUTUMN))]) == ["term.ended"]
    assert Term.objects.get(pk=term.pk).ends_on == SUMMER
