"""An incident: what happened when and where, who took part, what came of it, and the log of its life."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from duties.models.shifts import LocalDay
from incidents.enums import EntryKind, IncidentCategory, IncidentState
from incidents.models.querysets import IncidentQuerySet, OfIncidentQuerySet


@tracked()
class IncidentKind(models.Model):
    """A kind of incident as a corps names it; `category` is what it counts as and stays once incidents of it exist.

    `asks_quantity` names what `quantity` of such an incident means (people found, views); "" when one incident is one.
    """

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    category = models.CharField(_("counts as"), max_length=12, choices=IncidentCategory.choices)
    asks_quantity = models.CharField(_("what its quantity means"), max_length=40, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of incident")
        verbose_name_plural = _("kinds of incident")
        ordering = ("corps", "category", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "code"), name="one_incident_kind_per_code"),
            models.UniqueConstraint(fields=("corps", "name"), name="one_incident_kind_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["day"])
class Incident(models.Model):
    """What happened; it counts once in its unit and in every unit above, when an officer has verified it.

    `category` is the kind's at the time of recording. The account must not name parties: their particulars stand in
    `Party`. `quantity` is what the kind asks for, 1 where it asks nothing.
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    kind = models.ForeignKey(IncidentKind, models.PROTECT, related_name="incidents", verbose_name=_("kind"))
    category = models.CharField(_("counts as"), max_length=12, choices=IncidentCategory.choices)
    shift = models.ForeignKey(
        "duties.Shift", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("during the shift")
    )
    occurred_at = models.DateTimeField(_("time"))
    day = models.GeneratedField(
        expression=LocalDay("occurred_at"), output_field=models.DateField(), db_persist=True, verbose_name=_("day")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("WGS-84"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("WGS-84"))
    grid = models.ForeignKey(
        "corps.Grid", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid")
    )
    account = models.TextField(_("what happened"), max_length=4000)
    outcome = models.TextField(_("what came of it"), max_length=2000, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    materials = models.PositiveIntegerField(_("material handed out"), default=0)
    people_reached = models.PositiveIntegerField(_("people reached"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=IncidentState.choices, default=IncidentState.DRAFT)
    recorded_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    verified_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ("-occurred_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=("unit", "day"), name="incident_by_unit_day"),
            models.Index(fields=("-occurred_at", "-id"), name="incident_by_time"),
            models.Index(fields=("occurred_at",), condition=models.Q(state="submitted"), name="incident_waiting"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                # Without the two last, half a position would compare as unknown, which a check lets pass.
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                    latitude__isnull=False,
                    longitude__isnull=False,
                ),
                name="incident_coordinates",
            ),
            models.CheckConstraint(
                condition=models.Q(state=IncidentState.VERIFIED, verified_at__isnull=False)
                | (~models.Q(state=IncidentState.VERIFIED) & models.Q(verified_at__isnull=True)),
                name="incident_verified_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


@tracked()
class Participant(models.Model):
    """A member took part; `unit` is the member's own at that time. The incident still counts once."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="participants", verbose_name=_("incident"))
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name=_("member"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("member's own unit"))

    objects = OfIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints: ClassVar = [models.UniqueConstraint(fields=("incident", "member"), name="one_part_per_member")]

    def __str__(self) -> str:
        return f"{self.member} · {self.incident}"


class LogEntry(models.Model):
    """One line of an incident's log; the database refuses to change or delete it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="log", verbose_name=_("incident"))
    at = models.DateTimeField(_("time"), auto_now_add=True)
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    text = models.CharField(_("text"), max_length=1000, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    author = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = OfIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ("incident", "id")

    def __str__(self) -> str:
        return f"{self.incident} {self.at}"
