"""What of the roster is destroyed when a member is erased, and which columns say nothing about anybody.

Kept as counted facts: sex, year of birth, occupation, roles, groups, teams, partner organisation, home unit, the days
of joining and leaving, equipment and training with their dates and results.
"""

from corps.personal import Becomes, Personal, declare_harmless, declare_personal

_REASON = {"reason": Becomes.REDACTED}


def declare() -> None:
    """Called once, when the app is ready."""
    declare_personal(
        Personal(
            "members.Member",
            "pk",
            {
                "name": Becomes.NAME,
                "identity_sealed": Becomes.EMPTY,
                "identity_index": Becomes.EMPTY,
                "identity_tail": Becomes.EMPTY,
                "identity_head": Becomes.EMPTY,
                "birth_date": Becomes.YEAR,
                "phone": Becomes.EMPTY,
                "employer": Becomes.EMPTY,
                "address": Becomes.EMPTY,
                "grid": Becomes.NULL,
                "political_status": Becomes.EMPTY,
                "education": Becomes.EMPTY,
                "skills": Becomes.EMPTY,
                "status_reason": Becomes.EMPTY,
                "emergency_name": Becomes.EMPTY,
                "emergency_phone": Becomes.EMPTY,
                "insurer": Becomes.EMPTY,
                "policy_number": Becomes.EMPTY,
                "insured_until": Becomes.NULL,
                "recruiter": Becomes.EMPTY,
                "remarks": Becomes.EMPTY,
                "pinyin": Becomes.EMPTY,
                "initials": Becomes.EMPTY,
                "name_grams": Becomes.EMPTY,
            },
            # The row is written once, by `members.operations.erasing`: it needs a number that opens nothing.
            by_hand=frozenset(
                {
                    *("name", "identity_sealed", "identity_index", "identity_tail", "identity_head", "birth_date"),
                    *("phone", "employer", "address", "grid", "political_status", "education", "skills"),
                    *("status_reason", "emergency_name", "emergency_phone", "insurer", "policy_number"),
                    *("insured_until", "recruiter", "remarks", "pinyin", "initials", "name_grams"),
                }
            ),
        ),
        # Nothing in these rows is personal; the reasons of acts that changed them may be.
        Personal("members.GroupMembership", "member"),
        Personal("members.TeamMembership", "member"),
        Personal("members.Confirmation", "member"),
        Personal("members.Consent", "member"),
        Personal("members.Enrolment", "member"),
        Personal("members.StatusPeriod", "member", {"reason": Becomes.EMPTY}, setting="yiwu.writing_life"),
        Personal("members.TransferRequest", "member", {"reason": Becomes.REDACTED, "remark": Becomes.REDACTED}),
        Personal("members.Move", "rows__member", {"reason": Becomes.REDACTED, "remark": Becomes.REDACTED}),
        Personal("members.MovedMember", "member", {"obstacle": Becomes.REDACTED}),
        Personal("members.Merger", "merged", {"reason": Becomes.REDACTED, "carried": Becomes.REDACTED}),
        Personal("members.Merger", "into", {"reason": Becomes.REDACTED, "carried": Becomes.REDACTED}),
        Personal("members.Distinction", "one", _REASON),
        Personal("members.Distinction", "other", _REASON),
        Personal(
            "members.Proposal",
            "member",
            {"entered": Becomes.EMPTY, "present": Becomes.EMPTY, "remark": Becomes.REDACTED},
        ),
        Personal("members.Voucher", "movements__to_member", _REASON),
        Personal("members.Voucher", "movements__from_member", _REASON),
        Personal("members.QuizAttempt", "enrolment__member", {"answers": Becomes.EMPTY}),
        Personal("members.Certificate", "member", {"revoked_reason": Becomes.REDACTED}),
        # Numbers of other issuers lead to the person; those of the corps are its own count.
        Personal("members.Certificate", "member_id", {"number": Becomes.NAME}, narrowed={"issuer__gt": ""}),
        Personal(
            "members.Application",
            "member",
            {
                "entered_sealed": Becomes.NULL,
                "phone_sealed": Becomes.NULL,
                "phone_index": Becomes.NULL,
                "reason": Becomes.REDACTED,
            },
        ),
        Personal(
            "members.Application",
            "duplicate_of",
            {
                "entered_sealed": Becomes.NULL,
                "phone_sealed": Becomes.NULL,
                "phone_index": Becomes.NULL,
                "reason": Becomes.REDACTED,
            },
        ),
    )
    declare_harmless(
        {
            "members.CertificateKind": {"a word of the corps": "*"},
            "members.Requirement": {"a rule of the corps": "*"},
            "members.EquipmentKind": {"a thing": "*"},
            "members.Store": {"an office: who keeps a store is named with it and replaced": "*"},
            "members.Article": {"the number of a thing and what is remarked of it": "*"},
            "members.Movement": {"a size of a thing": "size"},
            "members.Holding": {"a size of a thing": "size"},
            "members.RosterImport": {
                "names and numbers of a file and of its sheets, answers about columns and units": "*",
            },
            "members.ImportFile": {"deleted by `members.operations.erasing` where it names the person": "sealed"},
            "members.StagedRow": {"deleted by `members.operations.erasing` where it is about the person": "*"},
            "members.RowProblem": {"deleted by `members.operations.erasing` where it is about the person": "*"},
            "members.ImportChange": {"emptied by `members.operations.erasing`": "before"},
            "members.ColumnAnswer": {"heads of columns": "*"},
            "members.UnitAnswer": {"names of units": "*"},
            "members.SavedFilter": {"deleted by `members.operations.erasing` where it names the person": "*"},
            "members.OneTimeCode": {"deleted by `members.operations.erasing`": "*"},
            "members.PartnerOrganisation": {"an organisation": "*"},
            "members.FunctionalGroup": {"a group": "*"},
            "members.Move": {"how many": "counts"},
            "members.Proposal": {"names of fields": "fields"},
            "members.JoinPage": {"what a unit says of itself, and its office": "*"},
            "members.PrivacyNotice": {"a text of the corps": "*"},
            "members.Recruiter": {"an office: an officer with a target": "*"},
            "members.Course": {"a text of the corps": "*"},
            "members.TrainingSession": {"an event with its place": "*"},
            "members.SessionTeacher": {"an office: who taught, from police or fire service": "*"},
            "members.Certificate": {"who issues, not to whom": "issuer"},
        }
    )
