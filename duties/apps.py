from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    name = "duties"
    verbose_name = _("Duties")

    def ready(self) -> None:
        """Say which columns are sealed and which are personal."""
        from corps.sealed import SealedColumn, declare_sealed
        from duties import personal
        from duties.models.shifts import PHOTO_PURPOSE

        # A picture may have several megabytes: a few at a time.
        declare_sealed(
            SealedColumn(
                "duties_shiftphoto", "sealed", PHOTO_PURPOSE, batch=10, history="duties.ShiftPhoto:update_update"
            )
        )
        personal.declare()
