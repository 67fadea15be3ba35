from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Corps")

    def ready(self) -> None:
        """Register the system checks."""
        from corps import checks  # noqa: F401
