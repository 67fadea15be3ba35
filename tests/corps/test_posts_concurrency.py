"""A term that two people end at once."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from corps.actors import SYSTEM
from corps.enums import PostKind
from corps.errors import Refusal
from corps.models import Term
from corps.operations import posts
from tests.cast import assemble

SPRING, SUMMER, AUTUMN = date(2023, 3, 1), date(2023, 6, 1), date(2023, 9, 1)


def somebody_waits() -> bool:
    """Whether another connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_second_is_told_that_it_is_over_by_then() -> None:
    """And does not lengthen what the first has shortened."""
    cast = assemble()
    post = posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.CAPTAIN, title="大队长")
    term = posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="张三", starts_on=SPRING)
    answers: list[str] = []

    def end_later() -> None:
        try:
            posts.end_term(actor=SYSTEM, term_id=term.pk, ends_on=AUTUMN)
            answers.append("ended")
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    second = threading.Thread(target=end_later)
    with transaction.atomic():
        posts.end_term(actor=SYSTEM, term_id=term.pk, ends_on=SUMMER)
        second.start()
        while second.is_alive() and not somebody_waits():
            pass
    second.join()
    assert answers == ["term.ended"]
    assert Term.objects.get(pk=term.pk).ends_on == SUMMER
