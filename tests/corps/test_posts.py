"""Posts and terms: one holder at a time, hand-over, vacancies."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from corps.actors import SYSTEM
from corps.enums import PostKind
from corps.errors import Refusal
from corps.models import Post, Term
from corps.models.scope import local_today
from corps.operations import posts, tree
from corps.queries.posts import posts_of, terms_of, vacant_posts
from tests.cast import Cast

SPRING, SUMMER, AUTUMN = date(2023, 3, 1), date(2023, 6, 1), date(2023, 9, 1)


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def captaincy(cast: Cast, unit: str = "sg1") -> Post:
    return posts.create_post(
        actor=cast.actor("captain_sg"), unit_id=cast.units[unit].pk, kind=PostKind.CAPTAIN, title="大队长"
    )


def test_a_unit_has_one_captain_and_several_deputies(cast: Cast) -> None:
    captaincy(cast)
    with refused("post.exists"):
        posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.CAPTAIN, title="队长")
    for title in ("副队长", "第二副队长"):
        posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.DEPUTY, title=title)
    with refused("post.exists"):
        posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.DEPUTY, title="副队长")
    with refused("post.title_missing"):
        posts.create_post(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=PostKind.DEPUTY, title=" ")
    with pytest.raises(PermissionDenied):
        posts.create_post(
            actor=cast.actor("inspector_sg"), unit_id=cast.units["sg1"].pk, kind=PostKind.INSTRUCTOR, title="教导员"
        )


def test_a_post_has_one_holder_at_a_time_and_says_who(cast: Cast) -> None:
    post = captaincy(cast)
    posts.appoint_to_post(
        actor=cast.actor("commissar_sg"), post_id=post.pk, holder=" 张三 ", starts_on=SPRING, ends_on=AUTUMN
    )
    for start, end in ((SUMMER, None), (date(2023, 1, 1), SUMMER), (SUMMER, date(2023, 7, 1))):
        with override("zh-hans"), refused("post.occupied") as caught:
            posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="李四", starts_on=start, ends_on=end)
        for part in ("张三", "青山大队", "2023年3月1日", "2023年9月1日"):
            assert part in str(caught.value)
    posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="李四", starts_on=AUTUMN)
    with refused("term.period"):
        posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="王五", starts_on=SPRING, ends_on=SPRING)
    with refused("term.holder_missing"):
        posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder=" ", starts_on=date(2020, 1, 1), ends_on=SPRING)
    assert [term.holder for term in terms_of(cast.actor("captain_sg1"), post.pk)] == ["李四", "张三"]
    assert list(terms_of(cast.actor("captain_zx"), post.pk)) == []


def test_a_post_is_handed_over_in_one_act(cast: Cast) -> None:
    post = captaincy(cast)
    posts.hand_over(actor=SYSTEM, post_id=post.pk, holder="张三", on=SPRING)
    new = posts.hand_over(
        actor=cast.actor("captain_sg"), post_id=post.pk, holder="李四", on=AUTUMN, position="治安大队长", reason="轮岗"
    )
    old = Term.objects.get(holder="张三")
    assert (old.ends_on, new.starts_on, new.ends_on) == (AUTUMN, AUTUMN, None)
    contexts = {term.events.order_by("-pgh_id").first().pgh_context_id for term in (old, new)}  # type: ignore[attr-defined]
    assert len(contexts) == 1
    with refused("term.period"):
        posts.hand_over(actor=SYSTEM, post_id=post.pk, holder="王五", on=AUTUMN)
    assert Term.objects.get(holder="李四").ends_on is None


def test_a_term_ends_once(cast: Cast) -> None:
    post = captaincy(cast)
    term = posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="张三", starts_on=SPRING)
    with refused("term.period"):
        posts.end_term(actor=SYSTEM, term_id=term.pk, ends_on=SPRING)
    posts.end_term(actor=cast.actor("captain_sg"), term_id=term.pk, ends_on=SUMMER)
    with refused("term.ended"):
        posts.end_term(actor=SYSTEM, term_id=term.pk, ends_on=AUTUMN)


def test_vacant_posts_need_somebody(cast: Cast) -> None:
    held, vacant, late = captaincy(cast), captaincy(cast, "sg2"), captaincy(cast, "sg")
    posts.appoint_to_post(actor=SYSTEM, post_id=held.pk, holder="张三", starts_on=SPRING)
    posts.appoint_to_post(actor=SYSTEM, post_id=late.pk, holder="李四", starts_on=local_today() + timedelta(days=1))
    assert list(vacant_posts(cast.actor("captain_sg"))) == [late, vacant]
    assert list(vacant_posts(cast.actor("captain_sg1"))) == []
    assert list(vacant_posts(cast.actor("captain_sg"), [cast.units["sg2"].pk])) == [vacant]
    shown = posts_of(cast.actor("captain_sg"), cast.units["sg1"].pk)
    assert [(filled.post, filled.term and filled.term.holder) for filled in shown] == [(held, "张三")]
    for code in ("sg21", "sg2"):
        tree.close_unit(actor=SYSTEM, unit_id=cast.units[code].pk, reason="撤销")
    assert list(vacant_posts(cast.actor("captain_sg"))) == [late]
    with refused("unit.closed"):
        posts.appoint_to_post(actor=SYSTEM, post_id=vacant.pk, holder="王五", starts_on=SPRING)


def test_a_post_that_was_held_stays_in_the_records(cast: Cast) -> None:
    post = captaincy(cast)
    posts.rename_post(actor=SYSTEM, post_id=post.pk, title="队长")
    posts.appoint_to_post(actor=SYSTEM, post_id=post.pk, holder="张三", starts_on=SPRING)
    with refused("post.used"):
        posts.remove_post(actor=SYSTEM, post_id=post.pk, reason="误设")
    Term.objects.all().delete()
    posts.remove_post(actor=SYSTEM, post_id=post.pk, reason="误设")
    assert not Post.objects.exists()
