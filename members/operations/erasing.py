"""What erasing a member does to the roster itself: the row, staged rows, uploads, saved searches, codes.

Called by the operation that knows all apps; `corps.operations.erasing` does what is only declared (`members.personal`).
"""

import datetime as dt
import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from corps.crypto import blind_index, seal, unseal
from corps.errors import Refusal
from corps.operations.erasing import SHORTEST_WORD
from corps.personal import WORD
from members.enums import EquipmentPlace, ImportState, MemberStatus
from members.models import (
    Application,
    Holding,
    ImportChange,
    ImportFile,
    Member,
    Merger,
    OneTimeCode,
    Recruiter,
    RosterImport,
    RowProblem,
    SavedFilter,
    StagedRow,
)
from members.models.people import IDENTITY_PURPOSE
from members.policies.erased import is_erased
from members.queries.figures import forget_figures_above
from members.queries.recruitment import phone_digest

if TYPE_CHECKING:
    from corps.actors import Actor

#: Who may be erased: nobody who is, or may yet become, a member.
ERASABLE: Final = (MemberStatus.LEFT, MemberStatus.REFUSED)
_SETTLED: Final = (ImportState.APPLIED, ImportState.UNDONE, ImportState.DISCARDED, ImportState.FAILED)


def records_of(member_id: int) -> list[int]:
    """The member's record and those that were merged into it."""
    found, frontier = [member_id], [member_id]
    while frontier:
        frontier = list(Merger.objects.filter(into__in=frontier).values_list("merged_id", flat=True))
        found += frontier
    return found


def check_erasable(member: Member) -> None:
    """Raise `Refusal` for who has not left, is erased already, holds equipment, or stands in an unsettled import."""
    if is_erased(member):
        raise Refusal(
            _("This person has been erased already."),
            code="erase.done",
            place="member",
            remedy=_("Nothing is left to do."),
        )
    if member.status not in ERASABLE:
        raise Refusal(
            _("%(name)s is “%(status)s”. Only who has left, or was not admitted, is erased.")
            % {"name": member.name, "status": MemberStatus(member.status).label},
            code="erase.status",
            place="status",
            remedy=_("Let the person go first."),
        )
    held = Holding.objects.filter(member__in=records_of(member.pk), place=EquipmentPlace.MEMBER, quantity__gt=0)
    if held.exists():
        raise Refusal(
            _("%(name)s still holds equipment.") % {"name": member.name},
            code="erase.equipment",
            place="equipment",
            remedy=_("Record its return, loss or hand-over first."),
        )
    open_ones = RosterImport.objects.exclude(state__in=_SETTLED).filter(pk__in=_staged(member).values("import_id"))
    if open_ones.exists():
        raise Refusal(
            _("An import that is not settled names this person."),
            code="erase.import",
            place="import",
            remedy=_("Apply or discard the import first."),
        )


def words_of(members: Collection[Member]) -> list[str]:
    """Names and numbers of the people, present and former ones, to be looked for in free text.

    A contact of two characters may be 母亲 or a colleague: only longer ones are looked for.
    """
    found: set[str] = set()
    contacts: set[str] = set()
    for member in members:
        found |= {member.name, member.phone, member.emergency_phone, member.policy_number}
        found.add(unseal(bytes(member.identity_sealed), purpose=IDENTITY_PURPOSE))
        contacts.add(member.emergency_name)
        for name, phone, contact, contact_phone in _former(member):
            found |= {name, phone, contact_phone}
            contacts.add(contact)
    found |= {contact for contact in contacts if len(contact) > SHORTEST_WORD}
    return [word for word in found if word and word != WORD]


def shred_roster(*, actor: "Actor", members: Collection[Member], words: Collection[str]) -> None:
    """Destroy what the roster keeps of these people beside what is declared; inside the act that erases them."""
    for member in members:
        staged = _staged(member)
        keys = list(staged.values_list("import_id", "sheet", "row"))
        for import_id, sheet, row in keys:
            RowProblem.objects.filter(import_id=import_id, sheet=sheet, row=row).delete()
        imports = {key[0] for key in keys} | set(
            ImportChange.objects.filter(member_id=member.pk).values_list("roster_import_id", flat=True)
        )
        # A workbook cannot lose one row of its many; so the upload goes as a whole, as it would in some days anyway.
        ImportFile.objects.filter(roster_import__in=imports).delete()
        ImportChange.objects.filter(member_id=member.pk).update(before=None)
        staged.delete()
        _forget_searches(words)
        phones = {member.phone, *(phone for _name, phone, *_rest in _former(member))}
        applications = set(
            Application.objects.filter(Q(member=member) | Q(duplicate_of=member)).values_list("pk", flat=True)
        )
        OneTimeCode.objects.filter(
            Q(phone_index__in=[phone_digest(one) for one in phones if one])
            | Q(applications__overlap=list(applications))
        ).delete()
        _shred_row(member)
        unit_id = member.unit_id
        transaction.on_commit(lambda unit_id=unit_id: forget_figures_above(unit_id), robust=True)  # type: ignore[misc]


def _former(member: Member) -> list[tuple[str, str, str, str]]:
    """Name, phone, and name and phone to call in an emergency, as they stood at any time."""
    history: Any = apps.get_model("members", "MemberEvent")
    rows = history.objects.filter(pgh_obj_id=member.pk)
    return list(rows.values_list("name", "phone", "emergency_name", "emergency_phone").distinct())


def _staged(member: Member) -> Any:
    return StagedRow.objects.filter(Q(member_id=member.pk) | Q(identity_index=bytes(member.identity_index)))


def _forget_searches(words: Collection[str]) -> None:
    """Saved filters that look for a name or number; they are comfort, and whoever misses one saves another."""
    named = [
        saved.pk
        for saved in SavedFilter.objects.only("id", "query", "name")
        if any(word in text for text in (unquote_plus(saved.query), saved.name) for word in words)
    ]
    SavedFilter.objects.filter(pk__in=named).delete()


def _shred_row(member: Member) -> None:
    """The row of the member, in one write. A number that opens nothing takes the place of the identity number, so that
    keys can still be rotated; its index is that of nobody, and the person may be entered anew.
    """
    nobody = secrets.token_hex(16)
    own_name = member.name
    member.name, member.pinyin, member.initials, member.name_grams = WORD, "", "", []
    member.identity_sealed = seal(nobody, purpose=IDENTITY_PURPOSE)
    member.identity_index = blind_index(nobody, purpose=IDENTITY_PURPOSE)
    member.identity_head = member.identity_tail = ""
    member.birth_date = dt.date(member.birth_date.year, 1, 1)
    for name in (
        *("phone", "employer", "address", "political_status", "education", "status_reason", "emergency_name"),
        *("emergency_phone", "insurer", "policy_number", "remarks"),
    ):
        setattr(member, name, "")
    # By whom: an officer's target counts those who came through them, and no figure changes. Other words go.
    if (
        member.recruiter == own_name
        or not Recruiter.objects.filter(corps=member.unit.corps_id, name=member.recruiter).exists()
    ):
        member.recruiter = ""
    member.skills, member.grid, member.insured_until = [], None, None
    member.save()
