from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Corps")

    def ready(self) -> None:
        """Register the system checks and what is heard at the door."""
        from corps import checks, sign_in_events  # noqa: F401
