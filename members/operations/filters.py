"""Saved searches: an account's own comfort, no record of the corps."""

from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.operations.context import acting
from members.logic.words import Kind, read_word
from members.models import SavedFilter

if TYPE_CHECKING:
    from corps.actors import Actor

MOST = 20
LONGEST = 500
PHONE_DIGITS = 11


def save_filter(*, actor: "Actor", name: str, query: str) -> SavedFilter:
    """Keep a search under a name; the same name again replaces it. Raises `Refusal`."""
    if isinstance(actor, SystemActor):
        raise TypeError("only an account saves filters")
    name = name.strip()[:30]
    if not name:
        raise Refusal(
            _("A saved filter needs a name."), code="filter.nameless", place="name", remedy=_("Please enter one.")
        )
    if _names_a_person(query):
        raise Refusal(
            _("A filter that searches for one person's number is not kept."),
            code="filter.personal",
            place="query",
            remedy=_("Clear the search field first."),
        )
    with acting(actor=actor, action="filter.save"):
        own = SavedFilter.objects.filter(account_id=actor.pk)
        if own.exclude(name=name).count() >= MOST:
            raise Refusal(
                _("%(most)s filters can be kept.") % {"most": MOST},
                code="filter.too_many",
                place="name",
                remedy=_("Remove one that is not needed any more."),
            )
        saved, _created = SavedFilter.objects.update_or_create(
            account_id=actor.pk, name=name, defaults={"query": query[:LONGEST]}
        )
        return saved


def _names_a_person(query: str) -> bool:
    """Whether the search word is an identity number or a whole phone number: those are stored sealed or not at all."""
    typed = QueryDict(query[:LONGEST]).get("q", "")
    word = read_word(str(typed))
    return word is not None and (
        word.kind == Kind.IDENTITY or (word.kind == Kind.DIGITS and len(word.text) >= PHONE_DIGITS)
    )


def forget_filter(*, actor: "Actor", filter_id: int) -> None:
    """Drop one of the actor's own filters; somebody else's is left alone without a word."""
    if isinstance(actor, SystemActor):
        raise TypeError("only an account keeps filters")
    with acting(actor=actor, action="filter.forget"):
        SavedFilter.objects.filter(account_id=actor.pk, pk=filter_id).delete()
