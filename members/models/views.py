"""What an account keeps for its own comfort: saved filters of the roster."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SavedFilter(models.Model):
    """A named search of the roster, shown as a chip above the list."""

    account = models.ForeignKey("corps.Account", models.CASCADE, related_name="+", verbose_name=_("account"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=30)
    query = models.CharField(_("query"), max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ("name",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("account", "name"), name="one_filter_per_name")]

    def __str__(self) -> str:
        return self.name
