"""The roster: members and what hangs on them, and the imports through which rosters arrive."""

from members.models.imports import (
    ColumnAnswer,
    ImportChange,
    ImportFile,
    RosterImport,
    RowProblem,
    StagedRow,
    UnitAnswer,
)
from members.models.people import (
    FunctionalGroup,
    GroupMembership,
    Member,
    PartnerOrganisation,
    TeamMembership,
)
from members.models.views import SavedFilter

__all__ = [
    "ColumnAnswer",
    "FunctionalGroup",
    "GroupMembership",
    "ImportChange",
    "ImportFile",
    "Member",
    "PartnerOrganisation",
    "RosterImport",
    "RowProblem",
    "SavedFilter",
    "StagedRow",
    "TeamMembership",
    "UnitAnswer",
]
