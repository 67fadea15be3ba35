"""The action log: what is no row change (sign-in, revealing a number, export …), append-only and hash-chained."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.enums import ActionResult
from corps.models.querysets import ScopedQuerySet


class ActionLog(models.Model):
    """One act. `digest` covers every other column and the digest before it; the database refuses changes to any row.

    Written only by `corps.operations.trail.record`, in the transaction of the act.
    """

    at = models.DateTimeField(_("time"))
    account = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    actor_name = models.CharField(_("actor"), max_length=60)
    action = models.CharField(_("action"), max_length=40)
    unit = models.ForeignKey(
        "corps.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    object_type = models.CharField(_("object type"), max_length=40, blank=True)
    object_id = models.CharField(_("object"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    result = models.CharField(_("result"), max_length=8, choices=ActionResult.choices, default=ActionResult.DONE)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=36, blank=True)
    previous_digest = models.BinaryField(_("previous digest"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("action log")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("unit", "-id"), name="action_by_unit"),
            models.Index(fields=("account", "-id"), name="action_by_account"),
            models.Index(fields=("object_type", "object_id"), name="action_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action}"
