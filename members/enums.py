"""Choices of the roster; stored as short frozen codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.logic.ledger import Act, Place


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
    # Asked to join and was turned down, or took the application back: never a member.
    REFUSED = "refused", _("Not admitted")
    # The record of a person who has another one; it counts nowhere and only points there.
    MERGED = "merged", _("Merged")


# Who has asked to join and belongs to no count of members yet.
CANDIDATES = (MemberStatus.APPLICANT, MemberStatus.VETTED)
# Members; whoever left was one of them and may come back.
ON_THE_ROSTER = (MemberStatus.PROBATION, MemberStatus.ACTIVE, MemberStatus.SUSPENDED)
# Whose days of joining, and of leaving, count.
EVER_MEMBERS = (*ON_THE_ROSTER, MemberStatus.LEFT)


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


class Counting(models.TextChoices):
    """How a kind of equipment is counted."""

    COUNTED = "counted", _("By quantity")
    NUMBERED = "numbered", _("By number")


class EquipmentPlace(models.TextChoices):
    """Where equipment of the corps is; the codes are those of `members.logic.ledger`."""

    STORE = Place.STORE.value, _("In store")
    DAMAGED = Place.DAMAGED.value, _("Damaged")
    REPAIR = Place.REPAIR.value, _("In repair")
    TRANSIT = Place.TRANSIT.value, _("On its way")
    MEMBER = Place.MEMBER.value, _("Held by members")
    USE = Place.USE.value, _("In the unit's use")


class LedgerAct(models.TextChoices):
    """What a voucher of the equipment ledger records; the codes are those of `members.logic.ledger`."""

    RECEIPT = Act.RECEIPT.value, _("Goods received")
    SEND = Act.SEND.value, _("Sent to another store")
    RECEIVE = Act.RECEIVE.value, _("Received from another store")
    ISSUE = Act.ISSUE.value, _("Issued")
    RETURN = Act.RETURN.value, _("Returned")
    DAMAGE = Act.DAMAGE.value, _("Reported damaged")
    LOSS = Act.LOSS.value, _("Reported lost")
    TO_REPAIR = Act.TO_REPAIR.value, _("Sent to repair")
    FROM_REPAIR = Act.FROM_REPAIR.value, _("Back from repair")
    REPLACEMENT = Act.REPLACEMENT.value, _("Replaced")
    DISPOSAL = Act.DISPOSAL.value, _("Disposed of")
    COUNT = Act.COUNT.value, _("Stock-taking")
    CARRY = Act.CARRY.value, _("Carried over")
    REVERSAL = Act.REVERSAL.value, _("Reversal")


class ConfirmedBy(models.TextChoices):
    """How a member confirmed what was handed over."""

    TAP = "tap", _("By the member")
    SHEET = "sheet", _("By a signed sheet")


class ApplicationState(models.TextChoices):
    """How an application stands; what became of the person afterwards is the status of the member."""

    WAITING = "waiting", pgettext_lazy("application", "Waiting")
    ACCEPTED = "accepted", pgettext_lazy("application", "Accepted")
    REFUSED = "refused", pgettext_lazy("application", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


class ApplicationSource(models.TextChoices):
    """What led the applicant to the page."""

    PAGE = "page", _("Recruitment page")
    POSTER = "poster", _("Poster")
    RECRUITER = "recruiter", _("A recruiter's link")


class ConsentDoor(models.TextChoices):
    """Where somebody agreed to the privacy notice."""

    PAGE = "page", _("Recruitment page")
    PHONE = "phone", _("Own page")
    DESK = "desk", _("Signed on paper")


class RecruiterCategory(models.TextChoices):
    """Who recruits; the usual targets stand in `USUAL_TARGETS`."""

    AUXILIARY = "auxiliary", _("Auxiliary officer")
    HOUSEHOLD = "household", _("Household-registration officer")
    OTHER = "other", _("Other recruiter")


USUAL_TARGETS = {
    RecruiterCategory.AUXILIARY: 3,
    RecruiterCategory.HOUSEHOLD: 30,
    RecruiterCategory.OTHER: 0,
}


class CourseKind(models.TextChoices):
    """What a course is about."""

    LAW = "law", _("Law and regulations")
    FIRST_AID = "first_aid", _("First aid")
    EQUIPMENT = "equipment", _("Use of equipment")
    MEDIATION = "mediation", pgettext_lazy("course", "Mediation")
    DRILL = "drill", _("Pre-duty drill")
    FIRE = "fire", _("Fire safety")
    FRAUD = "fraud", _("Fraud prevention")
    TRAFFIC = "traffic", pgettext_lazy("course", "Traffic guidance")
    OTHER = "other", _("Other course")


class SessionMode(models.TextChoices):
    """How a session is held."""

    CENTRAL = "central", _("Central class")
    DOOR = "door", _("Door-to-door teaching")
    MEETING = "meeting", _("At a meeting")
    ONLINE = "online", _("Online study")


class SessionState(models.TextChoices):
    """A session is planned, and then held or cancelled; both are final."""

    PLANNED = "planned", pgettext_lazy("training", "Planned")
    HELD = "held", pgettext_lazy("training", "Held")
    CANCELLED = "cancelled", pgettext_lazy("training", "Cancelled")


class TeacherService(models.TextChoices):
    """Where a teacher comes from."""

    POLICE = "police", _("Police")
    FIRE = "fire", _("Fire service")
    MEDICAL = "medical", _("Medical service")
    JUSTICE = "justice", _("Judicial office")
    CORPS = "corps", _("Own corps")
    OTHER = "other", pgettext_lazy("teachers", "Elsewhere")


class CourseResult(models.TextChoices):
    """What became of somebody who attended; empty while nobody has said."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")


class CertificateStanding(models.TextChoices):
    """How a certificate stands on a day; `renewed` ones have one in their place that is valid longer."""

    VALID = "valid", pgettext_lazy("certificate", "Valid")
    EXPIRING = "expiring", pgettext_lazy("certificate", "Expires soon")
    EXPIRED = "expired", pgettext_lazy("certificate", "Expired")
    RENEWED = "renewed", pgettext_lazy("certificate", "Renewed")
    REVOKED = "revoked", pgettext_lazy("certificate", "Revoked")


class TransferState(models.TextChoices):
    """How a transfer request stands."""

    ASKED = "asked", pgettext_lazy("transfer", "Asked")
    ACCEPTED = "accepted", pgettext_lazy("transfer", "Accepted")
    RETURNED = "returned", pgettext_lazy("transfer", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("transfer", "Withdrawn")


class MoveState(models.TextChoices):
    """How a bulk move stands."""

    READY = "ready", pgettext_lazy("bulk move", "Ready for review")
    ASKED = "asked", pgettext_lazy("bulk move", "Asked")
    RETURNED = "returned", pgettext_lazy("bulk move", "Returned")
    APPLIED = "applied", pgettext_lazy("bulk move", "Applied")
    UNDONE = "undone", pgettext_lazy("bulk move", "Undone")
    DISCARDED = "discarded", pgettext_lazy("bulk move", "Discarded")


class MoveVerdict(models.TextChoices):
    """What a bulk move does with a member, and what undoing it did."""

    MOVES = "moves", pgettext_lazy("bulk move", "Moves")
    BLOCKED = "blocked", pgettext_lazy("bulk move", "Stays")
    BACK = "back", pgettext_lazy("bulk move", "Moved back")
    KEPT = "kept", pgettext_lazy("bulk move", "Kept on undoing")


class ProposalState(models.TextChoices):
    """How a change that a member proposes to the own record stands."""

    OPEN = "open", pgettext_lazy("proposal", "Waiting")
    APPROVED = "approved", pgettext_lazy("proposal", "Approved")
    RETURNED = "returned", pgettext_lazy("proposal", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
