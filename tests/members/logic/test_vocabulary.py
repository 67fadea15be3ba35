"""The words of the roster and the choices of the models are the same choices."""

import pytest
from django.db.models import TextChoices

from members import enums
from members.logic import identity
from members.logic.vocabulary import VOCABULARIES, folded

CHOICES: dict[str, type[TextChoices]] = {
    "sex": enums.Sex,
    "occupation": enums.Occupation,
    "political_status": enums.PoliticalStatus,
    "education": enums.Education,
    "status": enums.MemberStatus,
    "roles": enums.MemberRole,
}


@pytest.mark.parametrize("key", CHOICES)
def test_codes_equal_the_enums(key: str) -> None:
    assert {term.code for term in VOCABULARIES[key]} == set(CHOICES[key].values) - NOT_WRITTEN


# What no sheet can say of a person: merging two records is an act of its own.
NOT_WRITTEN = {enums.MemberStatus.MERGED.value}


@pytest.mark.parametrize("key", VOCABULARIES)
def test_no_word_means_two_things(key: str) -> None:
    owners: dict[str, str] = {}
    for term in VOCABULARIES[key]:
        for word in (term.code, term.chinese, term.english, *term.synonyms):
            assert owners.setdefault(folded(word), term.code) == term.code, word


def test_sexes_of_identity_numbers() -> None:
    assert (identity.MALE, identity.FEMALE) == (enums.Sex.MALE, enums.Sex.FEMALE)
