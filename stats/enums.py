"""Choices of the statistics; stored as short frozen codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlarmKind(models.TextChoices):
    """Kinds of alarm the police count; what a sheet may call them stands in `stats.logic.alarm_words`."""

    ALL = "all", _("All alarms")
    CRIMINAL = "criminal", _("Criminal alarms")
    PUBLIC_ORDER = "order", _("Public-order alarms")
    ROBBERY = "robbery", _("Street robbery and snatching")
    THEFT = "theft", _("Theft")
    FRAUD = "fraud", _("Telecom and online fraud")
    DISPUTE = "dispute", _("Disputes reported")
    TRAFFIC = "traffic", _("Traffic alarms")
    OTHER = "other", _("Other alarms")


class AlarmImportState(models.TextChoices):
    """Where an import of alarm figures stands."""

    READY = "ready", _("To be reviewed")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")
