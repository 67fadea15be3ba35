"""`manage.py check_ledger`: count what is where once more from the movements of the equipment ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.queries.equipment.recount import ledger_faults, movements_counted, sentence


class Command(BaseCommand):
    """Exit status 0 when holdings and movements agree, 1 otherwise."""

    help = "Compare what is where with the movements of the equipment ledger."

    def handle(self, **options: Any) -> None:
        """Print one sentence a difference."""
        faults = ledger_faults()
        for fault in faults:
            self.stdout.write(sentence(fault))
        if faults:
            raise CommandError(
                ngettext("%(n)d difference in the equipment ledger.", "%(n)d differences in the ledger.", len(faults))
                % {"n": len(faults)}
            )
        number, last = movements_counted()
        told = ngettext("The ledger adds up: %(n)d movement.", "The ledger adds up: %(n)d movements.", number)
        self.stdout.write(told % {"n": number})
        if last:
            self.stdout.write(_("The last one is of %(day)s.") % {"day": last})
