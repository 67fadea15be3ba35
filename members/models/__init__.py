"""The roster: members, what they carry and learn, and the imports through which rosters arrive."""

from members.models.certificates import CertificateKind, RequiredCertificate, Requirement
from members.models.equipment import Article, Entitlement, EquipmentKind, Store
from members.models.imports import (
    ColumnAnswer,
    ImportChange,
    ImportFile,
    RosterImport,
    RowProblem,
    StagedRow,
    UnitAnswer,
)
from members.models.ledger import Confirmation, Holding, Movement, Voucher
from members.models.life import (
    Distinction,
    HomePeriod,
    Merger,
    Move,
    MovedMember,
    Proposal,
    StatusPeriod,
    TransferRequest,
)
from members.models.people import (
    FunctionalGroup,
    GroupMembership,
    Member,
    PartnerOrganisation,
    TeamMembership,
)
from members.models.recruitment import Application, Consent, JoinPage, OneTimeCode, PrivacyNotice, Recruiter
from members.models.training import Certificate, Course, Enrolment, QuizAttempt, SessionTeacher, TrainingSession
from members.models.views import SavedFilter

__all__ = [
    "Application",
    "Article",
    "Certificate",
    "CertificateKind",
    "ColumnAnswer",
    "Confirmation",
    "Consent",
    "Course",
    "Distinction",
    "Enrolment",
    "Entitlement",
    "EquipmentKind",
    "FunctionalGroup",
    "GroupMembership",
    "Holding",
    "HomePeriod",
    "ImportChange",
    "ImportFile",
    "JoinPage",
    "Member",
    "Merger",
    "Move",
    "MovedMember",
    "Movement",
    "OneTimeCode",
    "PartnerOrganisation",
    "PrivacyNotice",
    "Proposal",
    "QuizAttempt",
    "Recruiter",
    "RequiredCertificate",
    "Requirement",
    "RosterImport",
    "RowProblem",
    "SavedFilter",
    "SessionTeacher",
    "StagedRow",
    "StatusPeriod",
    "Store",
    "TeamMembership",
    "TrainingSession",
    "TransferRequest",
    "UnitAnswer",
    "Voucher",
]
