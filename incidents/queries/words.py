"""Words in what is told of incidents: place, account and outcome, capital or small, anywhere inside."""

from itertools import pairwise
from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from incidents.queries.stretch import Condition

MOST_WORDS = 5
TOLD = ("place", "account", "outcome")
# The expression of the index of migration 0004.
_GRAMS = (
    "incidents_grams(incidents_incident.place || E'\\n' || incidents_incident.account || E'\\n'"
    " || incidents_incident.outcome) @> %s::text[]"
)


def read(words: str) -> list[Condition]:
    """Every word stands in one of the texts, asked of a row that is read anyway; nothing for no words."""
    return [_stands(word) for word in words.split()[:MOST_WORDS]]


def indexed(words: str) -> list[Condition]:
    """The same, as the index answers it: it knows the pairs of a word, the rows behind it must be read as well."""
    grams = [gram for word in words.split()[:MOST_WORDS] for gram in grams_of(word)]
    return [Condition(_GRAMS, (grams,)), *read(words)] if grams else read(words)


def telling(rows: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Of `rows`, incidents, those with every word."""
    for condition in indexed(words):
        rows = rows.filter(RawSQL(condition.sql, condition.params, output_field=BooleanField()))  # noqa: S611 - our own
    return rows


def grams_of(word: str) -> list[str]:
    """What a row with the word is indexed by: its pairs of characters, or the only character there is."""
    small = [character.lower() for character in word]
    if any(len(one) != 1 for one in small):
        # Letters that become two; Python and the database do not agree on these.
        return []
    return list(dict.fromkeys(one + other for one, other in pairwise(small))) or small


def _stands(word: str) -> Condition:
    # Chinese knows no capitals, and a comparison that need not lower the texts takes a third of the time.
    operator = "LIKE" if word.lower() == word.upper() else "ILIKE"
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    texts = " OR ".join(f"incidents_incident.{name} {operator} %s" for name in TOLD)
    return Condition(f"({texts})", (pattern,) * len(TOLD))
