"""What of duties is destroyed when a member is erased: words about the person. Who was where and when stays."""

from corps.personal import Becomes, Personal, declare_harmless, declare_personal

_TOLD = {"route": Becomes.REDACTED, "remarks": Becomes.REDACTED, "summary": Becomes.REDACTED}


def declare() -> None:
    """Called once, when the app is ready."""
    declare_personal(
        Personal("duties.Assignment", "member"),
        Personal("duties.Attendance", "member", {"reason": Becomes.REDACTED}),
        Personal("duties.Attendance", "replaced_by", {"reason": Becomes.REDACTED}),
        Personal("duties.Shift", "attendances__member", {**_TOLD, "cancel_reason": Becomes.REDACTED}),
        Personal("duties.Shift", "assignments__member", {**_TOLD, "cancel_reason": Becomes.REDACTED}),
        Personal("duties.ShiftPhoto", "shift__attendances__member", {"caption": Becomes.REDACTED}),
    )
    declare_harmless(
        {
            "duties.DutyKind": {"a word of the corps": "*"},
            "duties.ShiftPhoto": {"a picture of a piece of duty, kept with it": "sealed content_type digest"},
        }
    )
