"""Terms that several people end at once."""

import threading
from datetime import date

import pytest
from django.db import connection

from corps.actors import SYSTEM
from corps.enums import PostKind
from corps.errors import Refusal
from corps.models import Term
from corps.operations import posts
from tests.cast import assemble

DAYS = [date(2023, 3, day) for day in range(10, 22)]


@pytest.mark.django_db(transaction=True)
def test_the_earliest_end_stands_whoever_comes_last() -> None:
    """A term is only ever shortened: who meant to end it later is told that it is over by then."""
    cast = assemble()
    post = posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.CAPTAIN, title="大队长")
    term = posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="张三", starts_on=date(2023, 3, 1))
    together = threading.Barrier(len(DAYS))
    answers: list[str] = []

    def end(day: date) -> None:
        try:
            together.wait()
            posts.end_term(actor=SYSTEM, term_id=term.pk, ends_on=day)
            answers.append("ended")
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=(day,)) for day in DAYS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(DAYS)
    assert set(answers) <= {"ended", "term.ended"}
    assert Term.objects.get(pk=term.pk).ends_on == min(DAYS)
