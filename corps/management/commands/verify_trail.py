"""`manage.py verify_trail`: does the action log hold from its first entry to its sealed end?"""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.queries.chain import Break, verify


class Command(BaseCommand):
    """Prints the number of entries and the last digest; exit status 1 and the first broken entry otherwise."""

    help = "Verify the hash chain of the action log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="ID:DIGEST",
            help="an entry as noted outside the database, for example in the shipped logs",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        verdict = verify(expected=_expected(options["expect"]))
        if verdict.broken:
            raise CommandError(_sentence(verdict.broken, verdict.last_id), returncode=1)
        self.stdout.write(
            _("The action log holds: %(entries)d entries, the last one is %(id)d with digest %(digest)s.")
            % {"entries": verdict.entries, "id": verdict.last_id, "digest": verdict.digest.hex()}
        )


def _expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.lower())
    if found is None:
        raise CommandError(_("--expect needs ID:DIGEST, the digest as 64 hexadecimal digits."))
    return int(found[1]), found[2]


def _sentence(broken: Break, last_good: int) -> str:
    facts = {
        "id": broken.entry_id,
        "at": timezone.localtime(broken.at).strftime("%Y-%m-%d %H:%M:%S") if broken.at else "",
        "good": last_good,
    }
    sentences = {
        "changed": _("The action log is broken: entry %(id)s of %(at)s was changed after it was written."),
        "missing": _(
            "The action log is broken: entries before %(id)s of %(at)s are missing; the last good one is %(good)s."
        ),
        "cut": _("The action log is broken: its end is missing; %(good)s is the last entry, but there was %(id)s."),
        "head": _(
            "The action log is broken: the record of its end is missing or was set back; the last entry is %(good)s."
        ),
        "unsealed": _(
            "The action log is broken: the record of its end was not sealed by this installation,"
            " or its data key is missing."
        ),
        "differs": _("The action log is broken: entry %(id)s of %(at)s is not the one that was noted elsewhere."),
    }
    return sentences[broken.kind] % facts
