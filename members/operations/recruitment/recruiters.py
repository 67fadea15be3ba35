"""Recruiters: who recruits, with which target, and the code of the own link."""

import secrets
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Account, Station, Unit
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.scope import require
from members.enums import USUAL_TARGETS, RecruiterCategory
from members.models import Recruiter

if TYPE_CHECKING:
    from corps.actors import Actor

NAME_LIMIT: Final = 50
TARGET_LIMIT: Final = 10_000
# Nothing that is mistaken for something else when it is typed from paper.
_LETTERS: Final = "ACDEFGHJKLMNPQRTUVWXY34679"
_CODE_LENGTH: Final = 6


def add_recruiter(
    *,
    actor: "Actor",
    unit_id: int,
    name: str,
    category: str,
    target: int | None = None,
    account_id: int | None = None,
    station_id: int | None = None,
    reason: str = "",
) -> Recruiter:
    """Enter a recruiter of a unit; without a `target` the usual one of the category. Raises `Refusal`."""
    with acting(
        actor=actor, action="recruiter.add", permission=Permission.MEMBER_ADMIT, unit_id=unit_id, reason=reason
    ):
        unit = Unit.objects.get(pk=unit_id)
        row = Recruiter(unit=unit, corps_id=unit.corps_id)
        _fill(row, name=name, category=category, target=target, account_id=account_id, station_id=station_id)
        for _attempt in range(5):
            row.code = "".join(secrets.choice(_LETTERS) for _letter in range(_CODE_LENGTH))
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:
                continue
            return row
        raise RuntimeError("no free code for a recruiter")


def edit_recruiter(
    *,
    actor: "Actor",
    recruiter_id: int,
    name: str,
    category: str,
    target: int | None = None,
    account_id: int | None = None,
    station_id: int | None = None,
    unit_id: int | None = None,
    active: bool = True,
    reason: str = "",
) -> Recruiter:
    """Write a recruiter's particulars as a whole; the code stays. Raises `Refusal`, `Http404`."""
    known = Recruiter.objects.visible_to(actor, Permission.MEMBER_ADMIT).filter(pk=recruiter_id).first()
    if known is None:
        raise Http404("no such recruiter")
    with acting(
        actor=actor, action="recruiter.edit", permission=Permission.MEMBER_ADMIT, unit_id=known.unit_id, reason=reason
    ):
        row: Recruiter = Recruiter.objects.select_for_update(of=("self",)).get(pk=recruiter_id)
        if unit_id is not None and unit_id != row.unit_id:
            require(actor, Permission.MEMBER_ADMIT, unit_id)
            row.unit_id = unit_id
        row.active = active
        _fill(row, name=name, category=category, target=target, account_id=account_id, station_id=station_id)
        row.save()
        return row


def _fill(row: Recruiter, **values: Any) -> None:
    name, category, target = values["name"].strip(), values["category"], values["target"]
    if not 0 < len(name) <= NAME_LIMIT:
        raise Refusal(
            _("A recruiter needs a name."),
            code="recruiter.name",
            place="name",
            remedy=_("Enter at most 50 characters."),
        )
    if category not in RecruiterCategory.values:
        raise Refusal(
            _("This category of recruiter is not known."),
            code="recruiter.category",
            place="category",
            remedy=_("Choose from the list."),
        )
    row.target = USUAL_TARGETS[RecruiterCategory(category)] if target is None else target
    if not 0 <= row.target <= TARGET_LIMIT:
        raise Refusal(
            _("A target lies between 0 and 10,000."),
            code="recruiter.target",
            place="target",
            remedy=_("Enter the number of people to be recruited."),
        )
    row.name, row.category = name, category
    row.account_id, row.station_id = values["account_id"], values["station_id"]
    foreign = (row.station_id and not Station.objects.filter(pk=row.station_id, corps=row.corps_id).exists()) or (
        row.account_id and not Account.objects.filter(pk=row.account_id).exists()
    )
    if foreign:
        raise Refusal(
            _("The police station or account does not belong to this corps."),
            code="recruiter.foreign",
            place="station",
            remedy=_("Choose from the list."),
        )
