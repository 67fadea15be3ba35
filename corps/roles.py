"""Every role of the system and what it may do, on one page. Rights of an appointment run down the unit's subtree."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.permissions import Permission as P  # noqa: N817 - the table below reads better


class Role(models.TextChoices):
    """Roles an appointment can give; stored as frozen codes."""

    LIAISON = "liaison", _("Police liaison officer")
    CAPTAIN = "captain", _("Captain")
    COMMISSAR = "commissar", _("Political commissar")
    DISPATCHER = "dispatcher", _("Dispatcher")
    INSPECTOR = "inspector", _("Inspector")
    AUDITOR = "auditor", _("Auditor")
    MEMBER = "member", _("Member")


_SEE = frozenset(
    {P.UNIT_VIEW, P.MEMBER_VIEW, P.EQUIPMENT_VIEW, P.TRAINING_VIEW, P.DUTY_VIEW, P.INCIDENT_VIEW, P.RESULT_VIEW}
)

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    # The officer administers: everything within the units of the appointment.
    Role.LIAISON: frozenset(P),
    # The captain runs the unit: people, imports, exports, posts; the shape of the tree is the officer's.
    Role.CAPTAIN: _SEE
    | {
        P.UNIT_EDIT,
        P.PLACE_EDIT,
        P.POST_EDIT,
        P.MEMBER_EDIT,
        P.MEMBER_PHONE,
        P.MEMBER_IMPORT,
        P.MEMBER_EXPORT,
        P.MEMBER_ADMIT,
        P.TRAIL_VIEW,
        P.EQUIPMENT_RECORD,
        P.TRAINING_RECORD,
        P.DUTY_PLAN,
        P.DUTY_RECORD,
        P.INCIDENT_RECORD,
        P.RESULT_EXPORT,
    },
    # The commissar oversees: reads everything including the trail, changes nothing but posts.
    Role.COMMISSAR: _SEE | {P.POST_EDIT, P.MEMBER_PHONE, P.TRAIL_VIEW, P.ACCOUNT_VIEW, P.RESULT_EXPORT},
    # The dispatcher calls people, so sees phone numbers; what is reported by telephone is written down here.
    Role.DISPATCHER: _SEE | {P.MEMBER_PHONE, P.INCIDENT_RECORD},
    # The inspector compares what is reported with what is done.
    Role.INSPECTOR: _SEE | {P.RESULT_EXPORT},
    # The auditor reads trails, not people (three roles apart, GB/T 22239-2019).
    Role.AUDITOR: frozenset({P.UNIT_VIEW, P.TRAIL_VIEW, P.ACCOUNT_VIEW, P.ADMIN_SITE}),
    # A member sees the own unit's name and the own record; member rights do not open a roster.
    Role.MEMBER: frozenset({P.UNIT_VIEW}),
}

# Roles that must sign in with a second factor wherever real data lives.
SECOND_FACTOR_ROLES = frozenset({Role.LIAISON, Role.CAPTAIN, Role.COMMISSAR, Role.DISPATCHER, Role.AUDITOR})


def roles_with(permission: P) -> list[str]:
    """Codes of the roles that hold `permission`."""
    return [role.value for role, held in ROLE_PERMISSIONS.items() if permission in held]


# The technical administrator (a superuser) keeps the system running: accounts, tree, keys; neither people nor trails.
ADMINISTRATOR_PERMISSIONS = frozenset(
    {
        P.UNIT_VIEW,
        P.UNIT_EDIT,
        P.UNIT_STRUCTURE,
        P.PLACE_EDIT,
        P.POST_EDIT,
        P.ACCOUNT_VIEW,
        P.ACCOUNT_APPOINT,
        P.API_KEY_MANAGE,
        P.ADMIN_SITE,
    }
)
