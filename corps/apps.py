from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Corps")

    def ready(self) -> None:
        """Register the system checks and what is heard at the door; say what is personal."""
        from corps import checks, personal_columns, plans, sign_in_events  # noqa: F401

        personal_columns.declare()
        post_migrate.connect(plans.keep_nested_loops_out, dispatch_uid="corps.plans")
