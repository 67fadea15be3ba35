"""Fields of the API that refuse what the framework would stumble over."""

import datetime as dt
from typing import Any

from rest_framework import serializers


class MomentField(serializers.DateTimeField):
    """A time; one at the edge of the calendar, which has no equal in another time zone, is refused like any odd one."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        try:
            return super().to_internal_value(value)
        except OverflowError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[+hh:mm]")
