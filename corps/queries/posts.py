"""Reads about posts: who holds which, and which wait for somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from corps.models import Post, Term
from corps.queries.scope import local_today

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class FilledPost:
    """A post as a unit's page shows it; `term` is the running one, None where it is vacant."""

    post: Post
    term: Term | None


def running(day: date) -> Q:
    """Terms that have begun and not ended on `day`."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def posts_of(actor: "Actor", unit_id: int, day: date | None = None) -> list[FilledPost]:
    """The unit's posts with their holders on `day` (today), if the actor may see the unit; commissar and captain
    first.
    """
    terms = Term.objects.filter(running(day or local_today()))
    posts = (
        Post.objects.visible_to(actor)
        .filter(unit_id=unit_id)
        .prefetch_related(Prefetch("terms", queryset=terms, to_attr="running_terms"))
    )
    order = {"commissar": 0, "captain": 1, "deputy": 2, "instructor": 3}
    return [
        FilledPost(post, next(iter(post.running_terms), None))
        for post in sorted(posts, key=lambda post: (order.get(post.kind, 9), post.title))
    ]


def terms_of(actor: "Actor", post_id: int) -> "QuerySet[Term]":
    """All terms of a post the actor may see, the latest first."""
    return Term.objects.filter(post__in=Post.objects.visible_to(actor).filter(pk=post_id)).order_by("-starts_on")


def vacant_posts(actor: "Actor", unit_ids: Iterable[int] | None = None, day: date | None = None) -> "QuerySet[Post]":
    """Posts of open units without a running term, in tree order: what needs somebody. Limited to `unit_ids` if
    given.
    """
    terms = Term.objects.filter(running(day or local_today()), post=OuterRef("pk"))
    posts = Post.objects.visible_to(actor).filter(~Exists(terms), unit__active_until=None)
    if unit_ids is not None:
        posts = posts.in_units(unit_ids)
    return posts.select_related("unit").order_by("unit__tree_id", "unit__lft", "kind", "title")
