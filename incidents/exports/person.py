"""The right of access (PIPL article 45): all that is held about a person as one zip: a page, its style, and JSON.

It stands here because this is the lowest app that knows all that is held of a member; each app below adds its sections.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import require
from duties.queries import record as duties_record
from incidents.queries import record as incidents_record
from members.logic.record import Section, Value, plain, told
from members.models import Member
from members.operations.erasing import records_of
from members.policies.erased import is_erased
from members.queries import record as members_record

if TYPE_CHECKING:
    from corps.actors import Actor


def hand_out_record(*, actor: "Actor", member_id: int, reason: str) -> tuple[bytes, str]:
    """Everything held about a member, as a zip and its name. Needs `member.record` and a reason; recorded, refused or
    not. Raises `Refusal`, `Http404`, `PermissionDenied`.
    """
    if not reason.strip():
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
    member: Member = get_object_or_404(Member.objects.visible_to(actor), pk=member_id)
    try:
        require(actor, Permission.MEMBER_RECORD, member.unit_id)
    except PermissionDenied:
        _note(actor, member, reason, ActionResult.REFUSED)
        raise
    return _pack(actor, member, reason)


def hand_out_own_record(*, actor: "Actor") -> tuple[bytes, str]:
    """The same for the member whose account this is; recorded as well. Raises `Http404` for who is no member."""
    own = account_id(actor)
    member: Member = get_object_or_404(Member.objects.exclude(account=None), account_id=own)
    return _pack(actor, member, _("Own record"))


def _pack(actor: "Actor", member: Member, reason: str) -> tuple[bytes, str]:
    if is_erased(member):
        raise Refusal(
            _("This person has been erased."),
            code="record.erased",
            place="member",
            remedy=_("Nothing personal is held."),
        )
    with acting(actor=actor, action="member.record", unit_id=member.unit_id, reason=reason):
        records = records_of(member.pk)
        sections = [
            *members_record.sections_of(member, records),
            *duties_record.sections_of(records),
            *incidents_record.sections_of(records),
        ]
        _note(actor, member, reason, ActionResult.DONE)
        word = _("personal record")
        return packed(member.name, sections), f"{member.name}-{word}.zip"


def _note(actor: "Actor", member: Member, reason: str, result: ActionResult) -> None:
    record(
        actor=actor,
        action="member.record",
        unit_id=member.unit_id,
        object_type="member",
        object_id=member.pk,
        reason=reason,
        result=result,
    )


def packed(name: str, sections: Sequence[Section]) -> bytes:
    """The zip. Times are given as people of the corps read them, in JSON with their offset."""
    at = timezone.localtime()
    local = [
        Section(one.key, one.title, one.heads, tuple(tuple(_local(value) for value in row) for row in one.rows))
        for one in sections
    ]
    page = render_to_string(
        "incidents/record_file.html",
        {
            "name": name,
            "at": at.strftime("%Y-%m-%d %H:%M"),
            "sections": [
                {"title": one.title, "heads": one.heads, "rows": [[told(value) for value in row] for row in one.rows]}
                for one in local
            ],
        },
    )
    data = {
        "name": name,
        "at": at.isoformat(timespec="seconds"),
        "sections": [
            {
                "key": one.key,
                "title": str(one.title),
                "rows": [
                    {str(head): plain(value) for head, value in zip(one.heads, row, strict=True)} for row in one.rows
                ],
            }
            for one in local
        ],
    }
    word = _("personal record")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{word}.html", page)
        archive.writestr("record.css", render_to_string("incidents/record_file.css"))
        archive.writestr("record.json", json.dumps(data, ensure_ascii=False, indent=1))
    return file.getvalue()


def _local(value: Value) -> Value:
    return timezone.localtime(value) if hasattr(value, "tzinfo") and value is not None else value  # type: ignore[arg-type]
