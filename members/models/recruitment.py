"""How people come: the public page of a unit, who applied through it, what they agreed to, and who recruited them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission
from members.enums import ApplicationSource, ApplicationState, ConsentDoor, RecruiterCategory
from members.models.people import Member

ENTERED_PURPOSE = b"join.entered"
PHONE_PURPOSE = b"join.phone"
MESSAGE_PURPOSE = b"join.message"
CODE_PURPOSE = b"join.code"


class ApplicationQuerySet(ScopedQuerySet):
    """Applications, restricted to the units where the actor may decide on them."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_ADMIT


class JoinPageQuerySet(ScopedQuerySet):
    """Pages, restricted to the units where the actor may decide on applications."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_ADMIT


@tracked()
class JoinPage(models.Model):
    """The public page of a unit. Without a row a unit has none; a closed one says so.

    `offered` are ids of units of its subtree that an applicant may choose; empty means the unit itself.
    """

    unit = models.OneToOneField("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    is_open = models.BooleanField(_("open"), default=False)
    greeting = models.CharField(_("greeting"), max_length=500, blank=True)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    offered = ArrayField(models.BigIntegerField(), verbose_name=_("units that may be chosen"), default=list, blank=True)

    objects = JoinPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruitment page")
        verbose_name_plural = _("recruitment pages")
        ordering = ("unit_id",)

    def __str__(self) -> str:
        return str(self.unit)


@tracked()
class PrivacyNotice(models.Model):
    """What applicants are told of the use of their data; every version is kept as it was, the latest is shown."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("text"), max_length=8000)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    published_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("privacy notice")
        verbose_name_plural = _("privacy notices")
        ordering = ("corps", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "version"), name="one_notice_per_version"),
            models.CheckConstraint(condition=~models.Q(text=""), name="notice_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.corps} · {self.version}"


@tracked()
class Recruiter(models.Model):
    """Somebody with a target of recruits. `code` stands in the recruiter's own link."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=50)
    category = models.CharField(_("category"), max_length=12, choices=RecruiterCategory.choices)
    target = models.PositiveSmallIntegerField(_("target"))
    code = models.CharField(_("code"), max_length=12)
    account = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    station = models.ForeignKey(
        "corps.Station", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("police station")
    )
    active = models.BooleanField(_("recruits"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruiter")
        verbose_name_plural = _("recruiters")
        ordering = ("corps", "name", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=("code",), name="one_recruiter_per_code")]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["entered_sealed", "phone_sealed", "phone_index"])
class Application(models.Model):
    """Somebody asked to join a unit.

    `member` is the applicant on the roster. Where the identity number already stood on a roster there is none: then
    `duplicate_of` is that person, and what was entered is kept sealed until somebody has looked at it, with the phone
    by which the applicant asks for progress. Only the captain learns of this; the applicant reads the same answer.
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("member")
    )
    duplicate_of = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("already on a roster")
    )
    entered_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    source = models.CharField(_("source"), max_length=10, choices=ApplicationSource.choices)
    recruiter = models.ForeignKey(
        Recruiter, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("recruiter")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ApplicationState.choices, default=ApplicationState.WAITING
    )
    applied_at = models.DateTimeField(_("applied at"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ("applied_at", "id")
        indexes: ClassVar = [
            models.Index(
                fields=("unit", "applied_at"), condition=models.Q(state="waiting"), name="application_waiting"
            ),
            models.Index(fields=("unit", "-applied_at"), name="application_by_unit"),
            models.Index(
                fields=("phone_index",), condition=models.Q(phone_index__isnull=False), name="application_by_phone"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("member",), condition=models.Q(state="waiting"), name="one_open_application_per_member"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                name="application_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="refusal_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.applied_at:%Y-%m-%d}"


@tracked()
class Consent(models.Model):
    """Somebody agreed to a version of the notice, when and at which door; taking it back is another date."""

    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="consents", verbose_name=_("application")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="consents", verbose_name=_("member")
    )
    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, related_name="+", verbose_name=_("privacy notice"))
    at = models.DateTimeField(_("time"), auto_now_add=True)
    door = models.CharField(_("where"), max_length=8, choices=ConsentDoor.choices)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("-at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(application__isnull=False) | models.Q(member__isnull=False),
                name="consent_of_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} · {self.at:%Y-%m-%d}"


class OneTimeCode(models.Model):
    """A code sent to a phone so that its holder may read how an application stands.

    Neither the phone nor the code is kept in the open: `phone_index` finds the row, `digest` is a keyed digest of phone
    and code, and the message waits sealed only until it is sent. Rows live for a day at most.
    """

    phone_index = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    message_sealed = models.BinaryField(null=True)
    applications = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        indexes: ClassVar = [models.Index(fields=("phone_index", "-id"), name="code_by_phone")]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
