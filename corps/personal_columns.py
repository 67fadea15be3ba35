"""What of the corps' own tables is destroyed with an account that was a person's, and what says nothing of members."""

from corps.personal import Becomes, Personal, declare_harmless, declare_personal

_OFFICE = "office"


def declare() -> None:
    """Called once, when the app is ready."""
    declare_personal(
        Personal(
            "corps.Account",
            "pk",
            {
                "username": Becomes.EMPTY,
                "display_name": Becomes.NAME,
                "email": Becomes.EMPTY,
                "phone": Becomes.EMPTY,
                "police_number": Becomes.EMPTY,
                "password": Becomes.EMPTY,
            },
            account=True,
            # Names of accounts are unique and needed; a password must stay one that nobody has.
            by_hand=frozenset({"username", "password"}),
        ),
        Personal("corps.FormerPassword", "account", account=True, gone=True),
        Personal("corps.Appointment", "account", {"reason": Becomes.REDACTED}, account=True),
        Personal("corps.Term", "account", {"holder": Becomes.NAME, "position": Becomes.EMPTY}, account=True),
    )
    declare_harmless(
        {
            "corps.Corps": {"names of the corps": "*"},
            "corps.LevelName": {"words for levels": "*"},
            "corps.Speciality": {"a word for a skill of units": "*"},
            "corps.Unit": {"names and codes of units": "*"},
            "corps.Post": {"the name of an office": "*"},
            "corps.ApiKey": {"a key of a system, of which only a digest is kept": "*"},
            "corps.KeyCanary": {"a word of our own, sealed": "*"},
            "corps.Station": {"an office with its duty phone": "*"},
            "corps.Site": {"a place": "*"},
            "corps.Grid": {"a place": "*"},
            "corps.ActionLog": {
                "redacted by `shred_log`, which tells the chain": "actor_name reason detail",
                "codes, numbers and digests": "action object_type object_id request_id previous_digest digest",
                "the address of a desk; kept as the law on networks asks": "ip",
            },
            "corps.TrailHead": {"digests": "*"},
        }
    )
