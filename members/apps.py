from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Say which columns are sealed and which are personal."""
        from corps.sealed import declare_sealed
        from members import personal
        from members.operations.keys import COLUMNS

        declare_sealed(*COLUMNS)
        personal.declare()
