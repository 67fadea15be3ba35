"""How sessions, results and certificates are shown: shapes, words, times."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from corps.actions import action_name
from corps.actors import shown_name
from corps.queries.history import history_of
from members.enums import CertificateStanding, CourseResult, SessionMode, SessionState
from members.models import Enrolment, Member, TrainingSession
from members.queries.training.mine import MyCertificate, certificates_of

if TYPE_CHECKING:
    from corps.actors import Actor

SHOWN_OF_STORY = 30
STANDING_SHAPES = {
    CertificateStanding.VALID: "good",
    CertificateStanding.EXPIRING: "warn",
    CertificateStanding.EXPIRED: "stop",
    CertificateStanding.RENEWED: "idle",
    CertificateStanding.REVOKED: "stop",
}


def session_state(session: TrainingSession) -> tuple[str, str]:
    """Shape and word; a planned session that is over waits to be closed."""
    if session.state == SessionState.CANCELLED:
        return "stop", str(SessionState.CANCELLED.label)
    if session.state == SessionState.HELD:
        return "good", str(SessionState.HELD.label)
    now = timezone.now()
    if session.ends_at <= now:
        return "warn", pgettext("training", "to be closed")
    if session.starts_at <= now:
        return "on", _("running now")
    return "wait", str(SessionState.PLANNED.label)


def times_of(session: TrainingSession) -> str:
    """From when until when, to stand after the day it starts; the day of the end only where it is another."""
    starts, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    if starts.date() == ends.date():
        return f"{starts:%H:%M}–{ends:%H:%M}"
    return f"{starts:%H:%M} – {ends:%m-%d %H:%M}"


def place_of(session: TrainingSession) -> str:
    """Where it is; nothing for what is studied anywhere."""
    parts = [session.site.name if session.site else "", session.place]
    return " · ".join(part for part in parts if part)


def result_state(row: Enrolment) -> tuple[str, str]:
    """What became of somebody, as shape and word."""
    if row.result:
        return ("good" if row.result == CourseResult.PASSED else "stop"), str(CourseResult(row.result).label)
    if row.attended is None:
        return "wait", _("enrolled")
    return ("on", _("attended")) if row.attended else ("idle", _("did not attend"))


def session_row(session: Any) -> dict[str, Any]:
    """A session as lists show it; it carries `taken`."""
    shape, word = session_state(session)
    return {
        "id": session.pk,
        "course": session.course.name,
        "kind": session.course.get_kind_display(),
        "mode": SessionMode(session.mode).label,
        "starts_at": session.starts_at,
        "times": times_of(session),
        "place": place_of(session),
        "unit": session.unit.short_name,
        "taken": session.taken,
        "capacity": session.capacity,
        "shape": shape,
        "word": word,
    }


def left_until(day: dt.date | None, today: dt.date) -> str:
    """How long something still lasts, for a warning."""
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}
    return _("today") if days == 0 else ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}


def certificate_rows(member: Member, today: dt.date) -> list[dict[str, Any]]:
    """The certificates of a member, the newest first, with how each stands and what is left of it."""
    return [certificate_row(one, today) for one in certificates_of(member, today)]


def certificate_row(mine: MyCertificate, today: dt.date) -> dict[str, Any]:
    """A certificate as its member and their captain see it."""
    one, standing = mine.certificate, mine.standing
    due = standing in {CertificateStanding.EXPIRING, CertificateStanding.EXPIRED}
    return {
        "id": one.pk,
        "kind": one.kind.name,
        "number": one.number,
        "issued_on": one.issued_on,
        "valid_until": one.valid_until,
        "issuer": one.issuer,
        "reason": one.revoked_reason,
        "shape": STANDING_SHAPES[standing],
        "word": standing.label,
        "expired": standing == CertificateStanding.EXPIRED,
        "left": left_until(one.valid_until, today) if due else "",
    }


def story(actor: "Actor", row: models.Model, unit_id: int) -> list[dict[str, Any]]:
    """The row's own history for a time line, newest first: `at`, `what`, `who`, `reason`, `changes`."""
    return [
        {
            "at": entry.at,
            "what": action_name(entry.action),
            "who": "" if entry.actor == "system" else shown_name(entry.actor),
            "reason": entry.reason,
            # What a new row says stands beside the time line.
            "changes": [
                {"name": one.label, "old": one.old, "new": one.new}
                for one in entry.change.changes
                if entry.change.verb == "update"
            ],
        }
        for entry in history_of(row, actor, unit_id=unit_id, limit=SHOWN_OF_STORY)
    ]
