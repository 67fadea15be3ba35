"""How long is kept what somebody entered who did not become a member."""

import datetime as dt

from django.db import transaction

from members.models import Application
from members.queries.recruitment import over_before


def forget_notes(today: dt.date) -> int:
    """Wipe the phone from decided applications of people who stood on a roster already; returns of how many.

    Their own records are not touched: what was entered about them went when it was decided.
    """
    with transaction.atomic():
        rows = Application.objects.filter(over_before(today), member=None, phone_index__isnull=False)
        return int(rows.update(entered_sealed=None, phone_sealed=None, phone_index=None))
