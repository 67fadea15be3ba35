"""Posts of units and the terms for which people hold them; all with `post.edit` in the unit.

A post is the unit's, a term is somebody's: a post without a running term is vacant. That two people hold one post at
once is refused by an exclusion constraint of the database, whose answer is turned into a sentence here.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.enums import PostKind
from corps.errors import Refusal
from corps.models import Post, Term, Unit
from corps.operations.context import acting
from corps.operations.tree import hold_open, hold_tree
from corps.permissions import Permission
from corps.policies import posts as policy

if TYPE_CHECKING:
    from corps.actors import Actor


def create_post(*, actor: "Actor", unit_id: int, kind: PostKind, title: str, reason: str = "") -> Post:
    """Give a unit a post, under the title the corps uses. A unit has one commissar and one captain. Raises
    `Refusal`.
    """
    with acting(actor=actor, action="post.create", reason=reason, permission=Permission.POST_EDIT, unit_id=unit_id):
        hold_open([unit_id])
        return _save_post(Post(unit=Unit.objects.get(pk=unit_id), kind=kind), title)


def rename_post(*, actor: "Actor", post_id: int, title: str, reason: str = "") -> Post:
    """Give a post another title. Raises `Refusal`."""
    post = _post(post_id)
    with acting(
        actor=actor, action="post.rename", reason=reason, permission=Permission.POST_EDIT, unit_id=post.unit_id
    ):
        return _save_post(post, title)


def remove_post(*, actor: "Actor", post_id: int, reason: str) -> None:
    """Delete a post nobody ever held. Raises `Refusal`."""
    post = _post(post_id)
    with acting(
        actor=actor, action="post.remove", reason=reason, permission=Permission.POST_EDIT, unit_id=post.unit_id
    ):
        try:
            post.delete()
        except ProtectedError as error:
            raise Refusal(
                _("The post “%(post)s” of %(unit)s has been held and stays in the records.")
                % {"post": post.title, "unit": post.unit.name},
                code="post.used",
                place=post.title,
                remedy=_("End the running term; the post is vacant then."),
            ) from error


def appoint_to_post(
    *,
    actor: "Actor",
    post_id: int,
    holder: str,
    starts_on: date,
    ends_on: date | None = None,
    position: str = "",
    account_id: int | None = None,
    reason: str = "",
) -> Term:
    """Somebody takes a vacant post from a day on, until (not including) another. Raises `Refusal` when it is held."""
    post = _post(post_id)
    with acting(
        actor=actor, action="post.appoint", reason=reason, permission=Permission.POST_EDIT, unit_id=post.unit_id
    ):
        hold_open([post.unit_id])
        return _begin(
            Term(
                post=post,
                holder=holder,
                position=position,
                account_id=account_id,
                starts_on=starts_on,
                ends_on=ends_on,
            )
        )


def end_term(*, actor: "Actor", term_id: int, ends_on: date, reason: str = "") -> Term:
    """End a term; `ends_on` is the first day without the holder. Raises `Refusal`."""
    term = _term(term_id)
    with acting(
        actor=actor, action="post.vacate", reason=reason, permission=Permission.POST_EDIT, unit_id=term.post.unit_id
    ):
        # The tree before the row, as a merger takes them; the row, so that of two who end it the second is told.
        hold_tree()
        term = _locked_term(term_id)
        policy.check_can_end(term, ends_on)
        term.ends_on = ends_on
        term.save(update_fields=["ends_on"])
        return term


def hand_over(
    *,
    actor: "Actor",
    post_id: int,
    holder: str,
    on: date,
    position: str = "",
    account_id: int | None = None,
    reason: str = "",
) -> Term:
    """The running term ends and the new holder's begins on the same day, in one act. Raises `Refusal`."""
    post = _post(post_id)
    with acting(
        actor=actor, action="post.hand_over", reason=reason, permission=Permission.POST_EDIT, unit_id=post.unit_id
    ):
        hold_open([post.unit_id])
        held = post.terms.filter(starts_on__lte=on).exclude(ends_on__lte=on)
        running = held.select_for_update(of=("self",)).first()
        if running is not None:
            policy.check_can_end(running, on)
            running.ends_on = on
            running.save(update_fields=["ends_on"])
        return _begin(Term(post=post, holder=holder, position=position, account_id=account_id, starts_on=on))


def _begin(term: Term) -> Term:
    term.holder, term.position = term.holder.strip(), term.position.strip()
    policy.check_period(term.starts_on, term.ends_on)
    if not 0 < len(term.holder) <= 40:
        raise Refusal(
            _("The holder's name is missing."),
            code="term.holder_missing",
            place="holder",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": 40},
        )
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        if _constraint(error) == "one_holder_at_a_time":
            raise policy.occupied(term.post, term.starts_on, term.ends_on) from error
        raise
    return term


def _save_post(post: Post, title: str) -> Post:
    title = title.strip()
    if not 0 < len(title) <= 40:
        raise Refusal(
            _("A post needs a title."),
            code="post.title_missing",
            place="title",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": 40},
        )
    post.title = title
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:
        if _constraint(error) not in {"one_post_per_title", "one_commissar_one_captain"}:
            raise
        raise Refusal(
            _("%(unit)s has this post already: %(title)s.") % {"unit": post.unit.name, "title": title},
            code="post.exists",
            place="title",
            remedy=_("Use the post that exists."),
        ) from error
    return post


def _constraint(error: IntegrityError) -> str | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _post(post_id: int) -> Post:
    post: Post | None = Post.objects.select_related("unit").filter(pk=post_id).first()
    if post is None:
        raise Http404("no such post")
    return post


def _locked_term(term_id: int) -> Term:
    """The term as it is now, locked until the act ends."""
    term: Term | None = (
        Term.objects.select_for_update(of=("self",)).select_related("post__unit").filter(pk=term_id).first()
    )
    if term is None:
        raise Http404("no such term")
    return term


def _term(term_id: int) -> Term:
    term = Term.objects.select_related("post").filter(pk=term_id).first()
    if term is None:
        raise Http404("no such term")
    return term
