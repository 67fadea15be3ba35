"""Parties of incidents: outsiders whose particulars are sealed and kept apart from the account (PIPL, art. 28-30)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from incidents.enums import PartyRole
from incidents.models.incidents import Incident
from incidents.models.querysets import OfIncidentQuerySet

PARTY_PURPOSE = b"incident.party"


@tracked(exclude=["sealed"])
class Party(models.Model):
    """An outsider. `sealed` holds name, phone, identity number, address and remarks as sealed JSON.

    `shown` is such as 张* · 138****5678: what everybody who may see the incident reads.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="parties", verbose_name=_("incident"))
    role = models.CharField(_("role"), max_length=10, choices=PartyRole.choices)
    shown = models.CharField(_("shown as"), max_length=80)
    sealed = models.BinaryField(_("particulars"))

    objects = OfIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return self.shown
