"""The action log: what is no row change (sign-in, revealing a number, export …), append-only and hash-chained."""

import uuid
from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.actions import action_name
from corps.enums import ActionResult
from corps.logic.chain import chained
from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission

HEAD_PURPOSE = b"trail.head"


class ActionLogQuerySet(ScopedQuerySet):
    """Entries are read by whoever may read trails in their unit; those of no unit by who may read all."""

    view_permission: ClassVar[Permission] = Permission.TRAIL_VIEW


class ActionLog(models.Model):
    """One act. `digest` covers every other column and the digest before it; the database refuses changes to any row.

    `act` is the pghistory context whose row changes belong to it, if there are any.
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
    act = models.UUIDField(_("act"), null=True, blank=True)
    # Unique, so that two writers can never continue the same entry.
    previous_digest = models.BinaryField(_("previous digest"), max_length=32, unique=True)
    digest = models.BinaryField(_("digest"), max_length=32)

    objects = ActionLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("action log")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("-at", "-id"), name="action_by_time"),
            models.Index(fields=("unit", "-at", "-id"), name="action_by_unit"),
            models.Index(fields=("account", "-at", "-id"), name="action_by_account"),
            models.Index(fields=("act",), condition=models.Q(act__isnull=False), name="action_by_act"),
            models.Index(fields=("object_type", "object_id"), name="action_by_object"),
            # Sentences of refusals may name people, and stand beside no object: an erasure looks through them.
            models.Index(
                fields=("id",),
                condition=models.Q(result=ActionResult.REFUSED) & ~models.Q(reason=""),
                name="action_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M:%S} {action_name(self.action)}"

    def computed_digest(self) -> bytes:
        """What `digest` must be: over the digest before it and every other column but the key."""
        at: datetime = self.at
        facts = [
            at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.account_id,
            self.actor_name,
            self.action,
            self.unit_id,
            self.object_type,
            self.object_id,
            self.reason,
            self.detail,
            str(self.result),
            self.ip,
            self.request_id,
            str(uuid.UUID(str(self.act))) if self.act else None,
        ]
        return chained(bytes(self.previous_digest), facts)


class TrailHead(models.Model):
    """Where the chain ends: one row, so that a cut-off tail is seen.

    `seal` authenticates it with a key that is not in the database. Locking this row is what makes writers of the chain
    stand in line.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    entries = models.BigIntegerField(_("entries"))
    last_id = models.BigIntegerField(_("last entry"))
    digest = models.BinaryField(_("digest"), max_length=32)
    seal = models.BinaryField(_("seal"))

    class Meta:
        verbose_name = _("end of the action log")
        verbose_name_plural = _("end of the action log")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_trail_head")]

    def __str__(self) -> str:
        return f"{self.entries} · {self.last_id}"

    def sealed_facts(self) -> bytes:
        """What `seal` covers."""
        return f"{self.entries} {self.last_id} {bytes(self.digest).hex()}".encode()
