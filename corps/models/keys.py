"""A known value under the keys of the installation, so that wrong keys are noticed before they do harm."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeyCanary(models.Model):
    """One row: a fixed text as the installation's keys index and seal it. Written by the first migration."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    index = models.BinaryField(_("index"), max_length=32)
    sealed = models.BinaryField(_("sealed value"))

    class Meta:
        verbose_name = _("key canary")
        verbose_name_plural = _("key canary")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_key_canary")]

    def __str__(self) -> str:
        return bytes(self.index).hex()[:8]
