"""Choices of the roster; stored as short frozen codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """GB/T 2261.1-2003 codes; the 17th digit of an identity number is odd for men."""

    UNKNOWN = "0", _("Unknown")
    MALE = "1", _("Male")
    FEMALE = "2", _("Female")
    NOT_STATED = "9", _("Not stated")


class Occupation(models.TextChoices):
    """Occupation categories; the first four are 两长两员, reported together."""

    GUARD = "guard", _("Security guard")
    PROPERTY = "property", _("Property staff")
    BUILDING_HEAD = "building", _("Building head")
    SHOP_HEAD = "shop", _("Shop head")
    COURIER = "courier", _("Courier")
    CLEANER = "cleaner", _("Street cleaner")
    RESERVIST = "reservist", _("Reservist")
    EMPLOYEE = "employee", _("Company employee")
    CIVIL_SERVANT = "civil", _("Public-sector employee")
    TEACHER = "teacher", _("Teacher")
    MEDIC = "medic", _("Medical staff")
    STUDENT = "student", _("Student")
    FARMER = "farmer", _("Farmer")
    SELF_EMPLOYED = "self", _("Self-employed")
    RETIRED = "retired", _("Retired")
    OTHER = "other", _("Other occupation")


TWO_HEADS_TWO_STAFF = (Occupation.GUARD, Occupation.PROPERTY, Occupation.BUILDING_HEAD, Occupation.SHOP_HEAD)


class PoliticalStatus(models.TextChoices):
    """GB/T 4762-1984, the categories that occur in rosters."""

    PARTY = "party", _("Party member")
    PROBATIONARY = "probationary", _("Probationary Party member")
    LEAGUE = "league", _("Youth League member")
    DEMOCRATIC = "democratic", _("Member of another party")
    NONE = "none", _("No party")
    MASSES = "masses", _("The masses")


class Education(models.TextChoices):
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior secondary school")
    SENIOR = "senior", _("Senior secondary school")
    VOCATIONAL = "vocational", _("Vocational school")
    COLLEGE = "college", _("Junior college")
    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTOR = "doctor", _("Doctor")


class MemberRole(models.TextChoices):
    """五员: the five roles of a volunteer."""

    INFORMATION = "information", _("Information")
    MEDIATION = "mediation", _("Mediation")
    SAFETY = "safety", _("Safety guard")
    EMERGENCY = "emergency", _("Emergency response")
    SERVICE = "service", _("Public service")


class MemberStatus(models.TextChoices):
    APPLICANT = "applicant", _("Applicant")
    VETTED = "vetted", _("Vetted")
    PROBATION = "probation", _("On probation")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left")


class ImportState(models.TextChoices):
    """Stages of a roster import; `members.policies` says which may follow which."""

    UPLOADED = "uploaded", _("Uploaded")
    READING = "reading", _("Reading")
    ASKING = "asking", _("Waiting for answers")
    READY = "ready", _("Ready for review")
    APPLYING = "applying", _("Applying")
    APPLIED = "applied", _("Applied")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")
    FAILED = "failed", _("Failed")


class RowVerdict(models.TextChoices):
    """What an import would do, or did, with a row."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Same")
    REJECTED = "rejected", _("Rejected")
