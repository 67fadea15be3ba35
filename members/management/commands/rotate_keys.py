"""`manage.py rotate_keys`: every sealed value under the current data key, every index under the current index key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from corps.actors import SYSTEM
from corps.crypto import SealBroken
from members.operations.keys import keys_in_use, reindex, reseal


class Command(BaseCommand):
    """Can be stopped at any moment and started again. Exit status 1 when a value cannot be opened."""

    help = "Seal personal data again with the current key; with --reindex, compute the blind indexes again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reindex", action="store_true", help="compute blind indexes again, after YIWU_INDEX_KEY or _HASH changed"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["reindex"]:
                self.stdout.write(
                    _("Indexes made anew: %(count)d.") % {"count": reindex(actor=SYSTEM, progress=self._tell)}
                )
                return
            self.stdout.write(
                _("Values sealed anew: %(count)d.") % {"count": reseal(actor=SYSTEM, progress=self._tell)}
            )
        except SealBroken as error:
            raise CommandError(
                _("A stored value cannot be opened: %(error)s. Add the key it was sealed with to YIWU_DATA_KEYS.")
                % {"error": error}
            ) from error
        used = ", ".join(map(str, sorted(keys_in_use()))) or "–"
        self.stdout.write(
            _("Data keys still needed: %(keys)s. Keep older ones as long as back-ups sealed with them are kept.")
            % {"keys": used}
        )

    def _tell(self, table: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{table} {done:,} / {max(done, total):,}", ending="")
