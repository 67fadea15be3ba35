"""Choices of the incident log; stored as short frozen codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentCategory(models.TextChoices):
    """What a kind of incident counts as in the statistics, whatever the corps calls it."""

    DISPUTE = "dispute", _("Dispute mediated")
    CLUE = "clue", _("Clue of a crime")
    HAZARD = "hazard", _("Hidden danger rectified")
    RESCUE = "rescue", _("Rescue")
    MISSING = "missing", _("Missing person found")
    HELP = "help", _("Request for help handled")
    ASSIST = "assist", _("Police incident assisted")
    CASE = "case", _("Case solved with help")
    INFORMATION = "information", _("Information item")
    PUBLICITY = "publicity", _("Publicity session")
    ENVIRONMENT = "environment", _("Environmental report")
    WORK = "work", _("Published work")
    OTHER = "other", _("Other incident")


class IncidentState(models.TextChoices):
    """`incidents.policies` says which may follow which; only verified incidents count."""

    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", _("Waiting for verification")
    RETURNED = "returned", _("Returned")
    VERIFIED = "verified", _("Verified")
    VOID = "void", _("Void")


class EntryKind(models.TextChoices):
    """What an entry of an incident's log tells."""

    CREATED = "created", _("Recorded")
    EDITED = "edited", _("Changed")
    SUBMITTED = "submitted", _("Submitted")
    VERIFIED = "verified", _("Verified")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Verification withdrawn")
    VOIDED = "voided", _("Declared void")
    NOTE = "note", _("Note")
    REVEALED = "revealed", _("Personal data of a party read")


# Entries of the log that changed what is told of the incident.
CONTENT = (EntryKind.CREATED, EntryKind.EDITED)


class PartyRole(models.TextChoices):
    """What a party has to do with an incident."""

    REPORTER = "reporter", _("Reporter")
    VICTIM = "victim", _("Victim")
    DISPUTANT = "disputant", _("Party to the dispute")
    SUSPECT = "suspect", _("Suspect")
    WITNESS = "witness", _("Witness")
    HELPED = "helped", _("Person helped")
    OTHER = "other", _("Other party")
