"""Training: courses of the corps, sessions of them, who takes part, and the certificates that come out of it."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from members.enums import CourseKind, CourseResult, SessionMode, SessionState, TeacherService
from members.models.certificates import CertificateKind
from members.models.people import Member
from members.models.querysets import OfMemberQuerySet, SessionQuerySet, TrainingQuerySet


@tracked()
class Course(models.Model):
    """A course of the corps. With `pass_mark` (per cent) somebody passes by a score, without one by having attended.

    `text` is read online; `questions` are those of the quiz as `members.logic.quiz` keeps them, right answers included,
    and never leave the server as they are. `attempts` is how often one member may sit the quiz of a session.
    """

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=CourseKind.choices)
    hours = models.DecimalField(
        pgettext_lazy("training", "hours"),
        max_digits=4,
        decimal_places=1,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
    )
    certificate_kind = models.ForeignKey(
        CertificateKind,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("gives the certificate"),
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    text = models.TextField(_("text to study"), max_length=20000, blank=True)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts at the quiz"), default=3, validators=[MinValueValidator(1)])
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ("corps", "kind", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "name"), name="one_course_per_name"),
            models.CheckConstraint(
                condition=models.Q(pass_mark__isnull=True) | models.Q(pass_mark__gt=0, pass_mark__lte=100),
                name="course_pass_mark",
            ),
            models.CheckConstraint(condition=models.Q(hours__gte=0), name="course_hours"),
            models.CheckConstraint(condition=models.Q(attempts__gt=0), name="course_attempts"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class TrainingSession(models.Model):
    """One session of a course, organised by a unit. With `open_below` units below enrol their own people as well, and
    with `open_to_members` members enrol themselves. Online it is the time in which the quiz may be taken.
    """

    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("organising unit"))
    mode = models.CharField(_("mode"), max_length=10, choices=SessionMode.choices)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    site = models.ForeignKey(
        "corps.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    place = models.CharField(_("place"), max_length=100, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True, validators=[MinValueValidator(1)])
    open_below = models.BooleanField(_("open to units below"), default=True)
    open_to_members = models.BooleanField(_("members enrol themselves"), default=True)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SessionState.choices, default=SessionState.PLANNED)
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("training session")
        verbose_name_plural = _("training sessions")
        ordering = ("starts_at", "id")
        indexes: ClassVar = [
            models.Index(fields=("unit", "starts_at"), name="session_by_unit_start"),
            models.Index(fields=("ends_at",), condition=models.Q(state="planned"), name="session_planned"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="session_period"),
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True) | models.Q(capacity__gt=0), name="session_capacity"
            ),
            models.CheckConstraint(
                condition=models.Q(state=SessionState.HELD, closed_at__isnull=False)
                | (~models.Q(state=SessionState.HELD) & models.Q(closed_at__isnull=True)),
                name="session_held_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=SessionState.CANCELLED) | ~models.Q(cancel_reason=""),
                name="session_cancelled_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} {timezone.localtime(self.starts_at):%Y-%m-%d}"


@tracked()
class SessionTeacher(models.Model):
    """Somebody who teaches at a session: no member of the corps as a rule."""

    session = models.ForeignKey(
        TrainingSession, models.CASCADE, related_name="teachers", verbose_name=_("training session")
    )
    service = models.CharField(_("from"), max_length=10, choices=TeacherService.choices)
    name = models.CharField(_("name"), max_length=50)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("session", "service", "name"), name="one_teacher_per_session")
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.name}"


@tracked()
class Enrolment(models.Model):
    """A member takes part in a session. `attended` is unknown until somebody ticks the list; `by_self`: enrolled by
    the member's own hand.
    """

    session = models.ForeignKey(
        TrainingSession, models.PROTECT, related_name="enrolments", verbose_name=_("training session")
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="enrolments", verbose_name=_("member"))
    by_self = models.BooleanField(_("enrolled by the member"), default=False)
    enrolled_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("enrolled by")
    )
    enrolled_at = models.DateTimeField(_("enrolled at"), default=timezone.now)
    attended = models.BooleanField(_("attended"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=CourseResult.choices, blank=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ("session", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("session", "member"), name="one_enrolment_per_session"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__lte=100), name="enrolment_score"
            ),
            models.CheckConstraint(
                condition=models.Q(result="") | models.Q(attended=True), name="enrolment_result_of_who_attended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.session}"


@tracked()
class QuizAttempt(models.Model):
    """One sitting of a quiz, graded on the server. `answers` are the chosen options by position of the question."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="quiz_attempts", verbose_name=_("enrolment"))
    number = models.PositiveSmallIntegerField(_("attempt"))
    answers = models.JSONField(_("answers"))
    score = models.PositiveSmallIntegerField(_("score"))
    passed = models.BooleanField(_("passed"))
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt at a quiz")
        verbose_name_plural = _("attempts at quizzes")
        ordering = ("enrolment", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("enrolment", "number"), name="one_attempt_per_number"),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="attempt_score"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.number}"


@tracked()
class Certificate(models.Model):
    """A certificate of a member. It is valid from `issued_on` until `valid_until`, the last valid day (None: for good),
    unless it was revoked on that day or before.

    What it says never changes, which a trigger keeps: it is revoked with a reason, and a right one is issued. `renews`
    names the one it follows. `issuer` is empty for those of the corps itself, which have numbers of their own.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="certificates", verbose_name=_("member"))
    kind = models.ForeignKey(
        CertificateKind, models.PROTECT, related_name="certificates", verbose_name=_("kind of certificate")
    )
    number = models.CharField(_("number"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    session = models.ForeignKey(
        TrainingSession,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("training session"),
    )
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    recorded_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revoked_reason = models.CharField(_("why it was revoked"), max_length=200, blank=True)
    revoked_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("-issued_on", "-id")
        indexes: ClassVar = [
            models.Index(fields=("member", "kind"), name="certificate_of_member"),
            # What is still in force by its end: lists of what expires, and warnings.
            models.Index(fields=("valid_until", "id"), condition=models.Q(revoked_on=None), name="certificate_by_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("number",), condition=models.Q(issuer=""), name="one_own_certificate_per_number"
            ),
            models.UniqueConstraint(
                fields=("session", "member"),
                condition=models.Q(session__isnull=False, revoked_on=None),
                name="one_certificate_per_session",
            ),
            models.UniqueConstraint(
                fields=("renews",), condition=models.Q(renews__isnull=False, revoked_on=None), name="renewed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("issued_on")),
                name="certificate_period",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_on__isnull=True, revoked_reason="", revoked_by__isnull=True)
                | (models.Q(revoked_on__isnull=False) & ~models.Q(revoked_reason="")),
                name="certificate_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
