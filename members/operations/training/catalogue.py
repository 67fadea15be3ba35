"""The corps' catalogue of training: kinds of certificate, courses, requirements; decided in its top unit."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.acts import Act
from corps.operations.context import acting
from corps.operations.named import save_named
from corps.permissions import Permission
from corps.queries.places import root_id
from members.enums import CourseKind
from members.logic import quiz
from members.models import CertificateKind, Course, RequiredCertificate, Requirement

if TYPE_CHECKING:
    from corps.actors import Actor

LONGEST_NAME = 60
OLDEST = 120
Row = TypeVar("Row", CertificateKind, Course, Requirement)


# --- kinds of certificate ---------------------------------------------------------------------------------------------


def add_certificate_kind(
    *,
    actor: "Actor",
    corps_id: int,
    name: str,
    valid_months: int | None = None,
    warn_days: int = 60,
    reason: str = "",
) -> CertificateKind:
    """Add a kind; without `valid_months` its certificates are valid for good. Raises `Refusal`."""
    with _acting(actor, "certificate_kind.add", corps_id, reason):
        kind = CertificateKind(corps_id=corps_id)
        _write_kind(kind, name, valid_months, warn_days)
        return kind


def edit_certificate_kind(
    *,
    actor: "Actor",
    kind_id: int,
    name: str,
    valid_months: int | None = None,
    warn_days: int = 60,
    reason: str = "",
) -> CertificateKind:
    """Write a kind as a whole; certificates that were issued keep their end. Raises `Refusal`."""
    kind = _row(CertificateKind, kind_id)
    with _acting(actor, "certificate_kind.edit", kind.corps_id, reason):
        _write_kind(kind, name, valid_months, warn_days)
        return kind


def retire_certificate_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> CertificateKind:
    """Take a kind out of use: nobody records or renews it; courses that give it still do, what was issued stands."""
    return _use(actor, CertificateKind, kind_id, "certificate_kind.retire", active=False, reason=reason)


def restore_certificate_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> CertificateKind:
    """Take a kind into use again."""
    return _use(actor, CertificateKind, kind_id, "certificate_kind.restore", active=True, reason=reason)


# --- courses ----------------------------------------------------------------------------------------------------------


def add_course(
    *,
    actor: "Actor",
    corps_id: int,
    name: str,
    kind: CourseKind,
    hours: Decimal = Decimal(1),
    certificate_kind_id: int | None = None,
    pass_mark: int | None = None,
    text: str = "",
    questions: str = "",
    attempts: int = 3,
    reason: str = "",
) -> Course:
    """Add a course; `questions` are written as `members.logic.quiz` reads them. Raises `Refusal`."""
    with _acting(actor, "course.add", corps_id, reason):
        course = Course(corps_id=corps_id)
        values = {"kind": kind, "hours": hours, "pass_mark": pass_mark, "text": text, "attempts": attempts}
        _write_course(course, name, certificate_kind_id, questions, values)
        return course


def edit_course(
    *,
    actor: "Actor",
    course_id: int,
    name: str,
    kind: CourseKind,
    hours: Decimal = Decimal(1),
    certificate_kind_id: int | None = None,
    pass_mark: int | None = None,
    text: str = "",
    questions: str = "",
    attempts: int = 3,
    reason: str = "",
) -> Course:
    """Write a course as a whole; results that are recorded stay as they are. Raises `Refusal`."""
    course = _row(Course, course_id)
    with _acting(actor, "course.edit", course.corps_id, reason):
        values = {"kind": kind, "hours": hours, "pass_mark": pass_mark, "text": text, "attempts": attempts}
        _write_course(course, name, certificate_kind_id, questions, values)
        return course


def retire_course(*, actor: "Actor", kind_id: int, reason: str = "") -> Course:
    """Take a course out of use: no new session is planned of it."""
    return _use(actor, Course, kind_id, "course.retire", active=False, reason=reason)


def restore_course(*, actor: "Actor", kind_id: int, reason: str = "") -> Course:
    """Take a course into use again."""
    return _use(actor, Course, kind_id, "course.restore", active=True, reason=reason)


# --- requirements -----------------------------------------------------------------------------------------------------


def add_requirement(
    *,
    actor: "Actor",
    corps_id: int,
    name: str,
    certificate_kind_ids: Iterable[int] = (),
    insured: bool = False,
    min_age: int | None = None,
    max_age: int | None = None,
    reason: str = "",
) -> Requirement:
    """Add what a duty or a piece of equipment may ask of members. Raises `Refusal`, also for one that asks nothing."""
    with _acting(actor, "requirement.add", corps_id, reason):
        requirement = Requirement(corps_id=corps_id, insured=insured, min_age=min_age, max_age=max_age)
        _write_requirement(requirement, name, set(certificate_kind_ids))
        return requirement


def edit_requirement(
    *,
    actor: "Actor",
    requirement_id: int,
    name: str,
    certificate_kind_ids: Iterable[int] = (),
    insured: bool = False,
    min_age: int | None = None,
    max_age: int | None = None,
    reason: str = "",
) -> Requirement:
    """Write a requirement as a whole. Who is on a shift or holds a thing already stays. Raises `Refusal`."""
    requirement = _row(Requirement, requirement_id)
    with _acting(actor, "requirement.edit", requirement.corps_id, reason):
        requirement.insured, requirement.min_age, requirement.max_age = insured, min_age, max_age
        _write_requirement(requirement, name, set(certificate_kind_ids))
        return requirement


def remove_requirement(*, actor: "Actor", requirement_id: int, reason: str) -> None:
    """Delete a requirement that nothing asks for. Raises `Refusal`."""
    requirement = _row(Requirement, requirement_id)
    with _acting(actor, "requirement.remove", requirement.corps_id, reason):
        try:
            requirement.delete()
        except ProtectedError as error:
            raise Refusal(
                _("Kinds of duty or of equipment ask for “%(name)s”.") % {"name": requirement.name},
                code="requirement.in_use",
                place="name",
                remedy=_("Take it away from them first."),
            ) from error


# --- writing ----------------------------------------------------------------------------------------------------------


def _acting(actor: "Actor", action: str, corps_id: int, reason: str) -> AbstractContextManager[Act]:
    return acting(
        actor=actor, action=action, reason=reason, permission=Permission.TRAINING_COURSE, unit_id=root_id(corps_id)
    )


def _row(model: type[Row], key: int) -> Row:
    found: Row | None = model._default_manager.filter(pk=key).first()
    if found is None:
        raise Http404("no such row")
    return found


def _use(actor: "Actor", model: type[Row], key: int, action: str, *, active: bool, reason: str) -> Row:
    row: Any = _row(model, key)
    with _acting(actor, action, row.corps_id, reason):
        row.active = active
        row.save(update_fields=["active"])
        return row  # type: ignore[no-any-return]


def _write_kind(kind: CertificateKind, name: str, valid_months: int | None, warn_days: int) -> None:
    _check_number("valid_months", valid_months, 1, 600)
    _check_number("warn_days", warn_days, 0, 366)
    kind.valid_months, kind.warn_days = valid_months, warn_days
    save_named(kind, name, limit=LONGEST_NAME, code="certificate_kind", missing=_("A name is needed."))


def _write_course(
    course: Course, name: str, certificate_kind_id: int | None, questions: str, values: dict[str, Any]
) -> None:
    _check_number("pass_mark", values["pass_mark"], 1, 100)
    _check_number("attempts", values["attempts"], 1, 20)
    if not 0 <= values["hours"] <= 200:
        raise _wrong("hours", values["hours"], 0, 200)
    for field, value in values.items():
        setattr(course, field, value)
    course.text = values["text"].strip()
    course.questions = quiz.stored(_questions(questions))
    course.certificate_kind = None
    if certificate_kind_id is not None:
        kinds = _kinds(course.corps_id, {certificate_kind_id})
        course.certificate_kind = kinds[0]
    if course.questions and course.pass_mark is None:
        raise Refusal(
            _("A quiz needs a pass mark."),
            code="course.pass_mark",
            place="pass_mark",
            remedy=_("Enter how many per cent of the questions must be right."),
        )
    save_named(course, name, limit=LONGEST_NAME, code="course", missing=_("A name is needed."))


def _questions(text: str) -> list[quiz.Question]:
    try:
        return quiz.read(text)
    except quiz.QuizFault as fault:
        sentences = {
            "option": _("Line %(line)d: an option stands before the first question."),
            "options": _("Line %(line)d: a question needs from 2 to 8 options, none of them empty."),
            "right": _("Line %(line)d: some of the options must be right, and some wrong."),
            "long": _("Line %(line)d: longer than 300 characters."),
            "many": _("There are more than 50 questions."),
        }
        raise Refusal(
            sentences[fault.code] % {"line": fault.line},
            code="course.questions",
            place="questions",
            remedy=_("A question stands on a line of its own; under it right options with +, wrong ones with -."),
        ) from fault


def _write_requirement(requirement: Requirement, name: str, kind_ids: set[int]) -> None:
    _check_number("min_age", requirement.min_age, 1, OLDEST)
    _check_number("max_age", requirement.max_age, 1, OLDEST)
    least, most = requirement.min_age, requirement.max_age
    if least is not None and most is not None and most < least:
        raise Refusal(
            _("The oldest age is lower than the youngest."),
            code="requirement.ages",
            place="max_age",
            remedy=_("Exchange the two numbers."),
        )
    if not (kind_ids or requirement.insured or least is not None or most is not None):
        raise Refusal(
            _("This requirement asks for nothing."),
            code="requirement.empty",
            place="name",
            remedy=_("Choose certificates, insurance or an age."),
        )
    kinds = _kinds(requirement.corps_id, kind_ids)
    save_named(requirement, name, limit=LONGEST_NAME, code="requirement", missing=_("A name is needed."))
    requirement.certificate_links.exclude(kind__in=kinds).delete()
    present = set(requirement.certificate_links.values_list("kind_id", flat=True))
    RequiredCertificate.objects.bulk_create(
        RequiredCertificate(requirement=requirement, kind=kind) for kind in kinds if kind.pk not in present
    )


def _kinds(corps_id: int, ids: set[int]) -> list[CertificateKind]:
    found = list(CertificateKind.objects.filter(corps_id=corps_id, pk__in=ids))
    if len(found) != len(ids):
        raise Refusal(
            _("A kind of certificate does not belong to this corps."),
            code="certificate.kind",
            place="certificate_kind",
            remedy=_("Choose from the list."),
        )
    return found


def _check_number(place: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise _wrong(place, value, least, most)


def _wrong(place: str, value: Any, least: int, most: int) -> Refusal:
    return Refusal(
        _("%(number)s cannot be right.") % {"number": value},
        code="training.number",
        place=place,
        remedy=_("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": most},
    )
