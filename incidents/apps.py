from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        """Say which columns are sealed and which are personal."""
        from corps.sealed import SealedColumn, declare_sealed
        from incidents import personal
        from incidents.models.parties import PARTY_PURPOSE

        declare_sealed(
            SealedColumn("incidents_party", "sealed", PARTY_PURPOSE, history="incidents.Party:update_update")
        )
        personal.declare()
