"""What of incidents is destroyed when a member is erased: the name in what is told. Who took part stays counted."""

from corps.personal import Becomes, Personal, declare_harmless, declare_personal


def declare() -> None:
    """Called once, when the app is ready."""
    told = {"place": Becomes.REDACTED, "account": Becomes.REDACTED, "outcome": Becomes.REDACTED}
    log = {"text": Becomes.REDACTED, "changes": Becomes.REDACTED}
    declare_personal(
        Personal("incidents.Participant", "member"),
        Personal("incidents.Incident", "participants__member", told),
        Personal("incidents.Incident", "shift__attendances__member", told),
        Personal("incidents.LogEntry", "incident__participants__member", log),
        Personal("incidents.LogEntry", "incident__shift__attendances__member", log),
    )
    declare_harmless(
        {
            "incidents.IncidentKind": {"a word of the corps": "*"},
            "incidents.Party": {"outsiders, sealed; no members": "*"},
        }
    )
