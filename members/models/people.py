"""Members, the groups and teams they belong to, and the organisations they come with."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.models.querysets import MemberQuerySet

IDENTITY_PURPOSE = b"member.identity"


class NextRevision(models.Func):
    """The next number of the roster's own sequence; a default of the column costs bulk inserts no trigger."""

    template = "nextval('members_revision_sequence')"
    output_field = models.BigIntegerField()
    arity = 0


@tracked()
class PartnerOrganisation(models.Model):
    """A volunteer society that joined as a body; its people are counted apart."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    total_strength = models.PositiveIntegerField(_("own strength"), null=True, blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")
        ordering = ("corps", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "name"), name="one_partner_per_name"),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True)
                | models.Q(joined_on__isnull=True)
                | models.Q(left_on__gte=models.F("joined_on")),
                name="partner_left_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class FunctionalGroup(models.Model):
    """A functional group of the corps (patrol group, mobile observers, publicity vanguard …)."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("functional group")
        verbose_name_plural = _("functional groups")
        ordering = ("corps", "name")
        constraints: ClassVar = [models.UniqueConstraint(fields=("corps", "name"), name="one_group_per_name")]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["identity_index", "name_grams", "pinyin", "initials", "updated_at", "revision"])
class Member(models.Model):
    """A volunteer. The identity number is sealed; its blind index keeps one person from being entered twice.

    `name_grams`, `pinyin` and `initials` exist for search. `revision` rises with every write (in the database), so
    that an import can tell whether somebody edited a row after it.
    """

    unit = models.ForeignKey(
        "corps.Unit", models.PROTECT, related_name="+", db_index=False, verbose_name=_("home unit")
    )
    name = models.CharField(_("name"), max_length=50)
    identity_sealed = models.BinaryField(_("identity number"))
    identity_index = models.BinaryField(_("identity index"), max_length=32)
    identity_tail = models.CharField(_("last four of the identity number"), max_length=4)
    identity_head = models.CharField(_("first three of the identity number"), max_length=3)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(_("birth date"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    occupation = models.CharField(_("occupation"), max_length=12, choices=Occupation.choices, blank=True)
    employer = models.CharField(_("employer"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    grid = models.ForeignKey(
        "corps.Grid", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("grid")
    )
    political_status = models.CharField(
        _("political status"), max_length=12, choices=PoliticalStatus.choices, blank=True
    )
    education = models.CharField(_("education"), max_length=12, choices=Education.choices, blank=True)
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("skills"), default=list, blank=True)
    roles = ArrayField(
        models.CharField(max_length=12, choices=MemberRole.choices), verbose_name=_("roles"), default=list, blank=True
    )
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)
    status_on = models.DateField(_("status since"), null=True, blank=True)
    emergency_name = models.CharField(_("emergency contact"), max_length=50, blank=True)
    emergency_phone = models.CharField(_("emergency contact's phone"), max_length=20, blank=True)
    insurer = models.CharField(_("insurer"), max_length=60, blank=True)
    policy_number = models.CharField(_("insurance policy number"), max_length=40, blank=True)
    insured_until = models.DateField(_("insured until"), null=True, blank=True)
    recruiter = models.CharField(_("recruited by"), max_length=50, blank=True)
    partner = models.ForeignKey(
        PartnerOrganisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        db_index=False,
        verbose_name=_("partner organisation"),
    )
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    account = models.OneToOneField(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    groups = models.ManyToManyField(
        FunctionalGroup, through="GroupMembership", related_name="members", verbose_name=_("functional groups")
    )
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True)
    initials = models.CharField(_("pinyin initials"), max_length=30, blank=True)
    name_grams = ArrayField(models.TextField(), default=list, blank=True)
    revision = models.BigIntegerField(db_default=NextRevision())
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("pinyin", "name", "id")
        # Search and listing indexes that Django cannot express stand in migration 0002.
        constraints: ClassVar = [models.UniqueConstraint(fields=("identity_index",), name="one_member_per_identity")]

    def __str__(self) -> str:
        return self.name


@tracked()
class GroupMembership(models.Model):
    """A member works in a functional group."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="group_links", verbose_name=_("member"))
    group = models.ForeignKey(
        FunctionalGroup, models.PROTECT, related_name="member_links", verbose_name=_("functional group")
    )

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        constraints: ClassVar = [models.UniqueConstraint(fields=("member", "group"), name="one_membership_per_group")]

    def __str__(self) -> str:
        return f"{self.member} · {self.group}"


@tracked()
class TeamMembership(models.Model):
    """A further team beside the home unit; the person still counts once."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="team_links", verbose_name=_("member"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))

    class Meta:
        verbose_name = _("further team")
        verbose_name_plural = _("further teams")
        constraints: ClassVar = [models.UniqueConstraint(fields=("member", "unit"), name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.member} · {self.unit}"
