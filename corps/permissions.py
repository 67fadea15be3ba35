"""Every permission of the system, on one page. Codes are frozen: they stand in the audit log and in API keys."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What somebody may do in the units their appointment covers; `corps.roles` says which role holds which."""

    UNIT_VIEW = "unit.view"
    UNIT_EDIT = "unit.edit"
    UNIT_STRUCTURE = "unit.structure"
    PLACE_EDIT = "place.edit"
    POST_EDIT = "post.edit"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_APPOINT = "account.appoint"
    TRAIL_VIEW = "trail.view"
    API_KEY_MANAGE = "apikey.manage"
    MEMBER_VIEW = "member.view"
    MEMBER_EDIT = "member.edit"
    MEMBER_PHONE = "member.phone"
    MEMBER_REVEAL = "member.reveal"
    MEMBER_IMPORT = "member.import"
    MEMBER_EXPORT = "member.export"
    MEMBER_ADMIT = "member.admit"
    MEMBER_MERGE = "member.merge"
    MEMBER_RECORD = "member.record"
    MEMBER_ERASE = "member.erase"
    EQUIPMENT_VIEW = "equipment.view"
    EQUIPMENT_RECORD = "equipment.record"
    EQUIPMENT_KIND = "equipment.kind"
    TRAINING_VIEW = "training.view"
    TRAINING_RECORD = "training.record"
    TRAINING_COURSE = "training.course"
    DUTY_VIEW = "duty.view"
    DUTY_PLAN = "duty.plan"
    DUTY_RECORD = "duty.record"
    DUTY_KIND = "duty.kind"
    INCIDENT_VIEW = "incident.view"
    INCIDENT_RECORD = "incident.record"
    INCIDENT_VERIFY = "incident.verify"
    INCIDENT_PARTY = "incident.party"
    INCIDENT_KIND = "incident.kind"
    RESULT_VIEW = "result.view"
    RESULT_EXPORT = "result.export"
    ALARM_IMPORT = "alarm.import"
    ADMIN_SITE = "admin.site"


PERMISSION_NAMES = {
    Permission.UNIT_VIEW: _("See units, posts, stations, sites and grids"),
    Permission.UNIT_EDIT: _("Edit a unit's particulars"),
    Permission.UNIT_STRUCTURE: _("Create, move, merge, split and close units"),
    Permission.PLACE_EDIT: _("Edit stations, sites and grids"),
    Permission.POST_EDIT: _("Fill and vacate posts"),
    Permission.ACCOUNT_VIEW: _("See accounts and appointments"),
    Permission.ACCOUNT_APPOINT: _("Appoint and dismiss"),
    Permission.TRAIL_VIEW: _("Read the trail of actions"),
    Permission.API_KEY_MANAGE: _("Issue and revoke API keys"),
    Permission.MEMBER_VIEW: _("See members, personal data masked"),
    Permission.MEMBER_EDIT: _("Edit members"),
    Permission.MEMBER_PHONE: _("See full phone numbers"),
    Permission.MEMBER_REVEAL: _("Reveal a full identity number, with a reason"),
    Permission.MEMBER_IMPORT: _("Import rosters"),
    Permission.MEMBER_EXPORT: _("Export rosters"),
    Permission.MEMBER_ADMIT: _("Run the recruitment page, decide on applicants"),
    Permission.MEMBER_MERGE: _("Merge two records of one person"),
    Permission.MEMBER_RECORD: _("Hand out everything held about a member, with a reason"),
    Permission.MEMBER_ERASE: _("Erase the personal data of somebody who left"),
    Permission.EQUIPMENT_VIEW: _("See stores, equipment and who holds what"),
    Permission.EQUIPMENT_RECORD: _("Record receipts, issues, returns and every other movement of equipment"),
    Permission.EQUIPMENT_KIND: _("Edit the corps' kinds of equipment and entitlements"),
    Permission.TRAINING_VIEW: _("See training and certificates"),
    Permission.TRAINING_RECORD: _("Plan training, record attendance and results, issue and revoke certificates"),
    Permission.TRAINING_COURSE: _("Edit the corps' courses, kinds of certificate and requirements"),
    Permission.DUTY_VIEW: _("See shifts and attendance"),
    Permission.DUTY_PLAN: _("Plan shifts and assign members"),
    Permission.DUTY_RECORD: _("Record attendance and results, close shifts"),
    Permission.DUTY_KIND: _("Edit the corps' kinds of duty"),
    Permission.INCIDENT_VIEW: _("See incidents, parties masked"),
    Permission.INCIDENT_RECORD: _("Record incidents"),
    Permission.INCIDENT_VERIFY: _("Verify or return incidents"),
    Permission.INCIDENT_PARTY: _("Reveal particulars of a party, with a reason"),
    Permission.INCIDENT_KIND: _("Edit the corps' kinds of incident"),
    Permission.RESULT_VIEW: _("See results and open the facts behind them"),
    Permission.RESULT_EXPORT: _("Export results"),
    Permission.ALARM_IMPORT: _("Import police alarm figures"),
    Permission.ADMIN_SITE: _("Enter the admin site"),
}
