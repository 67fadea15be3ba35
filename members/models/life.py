"""What a member was and where at home on past days, and what is asked for: transfers, moves, mergers, own changes."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from corps.models.querysets import ScopedQuerySet
from corps.models.scope import InUnits
from corps.permissions import Permission
from members.enums import MemberStatus, MoveState, MoveVerdict, ProposalState, TransferState
from members.models.people import Member


class TransferQuerySet(ScopedQuerySet):
    """Requests: seen by the giving unit and by the receiving one."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_VIEW

    def in_units(self, unit_ids: Iterable[int]) -> Self:
        """Requests from or to any of the units."""
        ids = sorted(unit_ids)
        return self.filter(Q(InUnits("from_unit_id", ids)) | Q(InUnits("to_unit_id", ids)))


class MoveQuerySet(ScopedQuerySet):
    """Bulk moves, seen where their members were chosen, and where they were asked for."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_EDIT

    def in_units(self, unit_ids: Iterable[int]) -> Self:
        """Moves out of any of the units, and those that one of them was asked to take and that were not withdrawn."""
        ids = sorted(unit_ids)
        asked = Q(InUnits("target_id", ids), asked_at__isnull=False) & ~Q(state=MoveState.DISCARDED)
        return self.filter(Q(InUnits("unit_id", ids)) | asked)


class ProposalQuerySet(ScopedQuerySet):
    """Proposed changes, seen where the member is at home."""

    unit_path: ClassVar[str] = "member__unit_id"
    view_permission: ClassVar[Permission] = Permission.MEMBER_VIEW


class DistinctionQuerySet(ScopedQuerySet):
    """Pairs told apart: seen by whoever might merge them, in the homes of both."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_MERGE

    def in_units(self, unit_ids: Iterable[int]) -> Self:
        """Pairs both of whom are at home in these units."""
        ids = sorted(unit_ids)
        return self.filter(InUnits("one__unit_id", ids), InUnits("other__unit_id", ids))


class StatusPeriod(models.Model):
    """A status that a member no longer has, and the days of it.

    The present status stands in the member's row and began when the last of these ended. The database writes them, with
    every change of a member by whatever statement, and takes them from nobody else. Without a lower bound a period
    reaches back to the day of joining. `reason` is why it began; `context` and `recorded_at` are of the change that
    ended it.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="status_periods", verbose_name=_("member"))
    status = models.CharField(_("status"), max_length=12, choices=MemberStatus.choices)
    during = DateRangeField(_("days"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    context = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("past status")
        verbose_name_plural = _("past statuses")
        ordering = ("member", "during")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_status_a_day",
                expressions=[("member", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="status_period_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_status_display()}"


class HomePeriod(models.Model):
    """A home unit that a member no longer has, and the days of it; kept as `StatusPeriod` is."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="home_periods", verbose_name=_("member"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("home unit"))
    during = DateRangeField(_("days"))
    context = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("past home unit")
        verbose_name_plural = _("past home units")
        ordering = ("member", "during")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_home_a_day",
                expressions=[("member", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="home_period_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.unit}"


@tracked()
class TransferRequest(models.Model):
    """The giving unit asks the receiving one to take a member; that unit accepts, or returns it with a remark."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="transfer_requests", verbose_name=_("member"))
    from_unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("from"))
    to_unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=200)
    carry = models.BooleanField(_("equipment is handed over"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=TransferState.choices, default=TransferState.ASKED)
    asked_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    answered_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer request")
        verbose_name_plural = _("transfer requests")
        ordering = ("-asked_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=("to_unit",), condition=Q(state="asked"), name="transfer_waiting"),
            models.Index(fields=("from_unit", "-asked_at"), name="transfer_by_giver"),
            models.Index(fields=("to_unit", "-asked_at"), name="transfer_by_taker"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("member",), condition=Q(state="asked"), name="one_open_transfer"),
            models.CheckConstraint(condition=~Q(from_unit=models.F("to_unit")), name="transfer_between_units"),
            models.CheckConstraint(condition=~Q(reason=""), name="transfer_says_why"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | (~Q(state="asked") & Q(answered_at__isnull=False)),
                name="transfer_answered_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(remark=""), name="transfer_return_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.from_unit} → {self.to_unit}"


@tracked()
class Move(models.Model):
    """Many members put into another unit by one decision; prepared, looked at, applied, and undone as a whole.

    `unit` is the unit in whose roster they were chosen. Who does not decide for `target` asks it once for all of them;
    it accepts, which applies the move, or returns it with a remark. With `carry`, what members hold of stores that do
    not supply the target is handed over, recorded in the voucher `carried`. `applied_revision` tells later edits from
    this one.
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("chosen in"))
    target = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=200)
    carry = models.BooleanField(_("equipment is handed over"), default=False)
    carried = models.ForeignKey(
        "members.Voucher", models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("hand-over")
    )
    state = models.CharField(_("state"), max_length=10, choices=MoveState.choices, default=MoveState.READY)
    made_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prepared by")
    )
    made_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_revision = models.BigIntegerField(null=True)
    undo_until = models.DateTimeField(_("can be undone until"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk move")
        verbose_name_plural = _("bulk moves")
        ordering = ("-made_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=("unit", "-made_at"), name="move_by_unit"),
            models.Index(fields=("target", "asked_at"), condition=Q(state="asked"), name="move_waiting"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="move_says_why"),
            models.CheckConstraint(condition=~Q(state="asked") | Q(asked_at__isnull=False), name="move_asked_has_time"),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(remark=""), name="move_return_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.target}"


class MovedMember(models.Model):
    """One member of a move: where from, whether the move takes them, and if not, what stands in the way.

    `had_team`: the target was a further team before it became the home; undoing makes it one again.
    """

    move = models.ForeignKey(Move, models.CASCADE, related_name="rows", verbose_name=_("bulk move"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="moves", verbose_name=_("member"))
    from_unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("from"))
    revision = models.BigIntegerField()
    verdict = models.CharField(_("verdict"), max_length=10, choices=MoveVerdict.choices)
    obstacle = models.CharField(_("what stands in the way"), max_length=300, blank=True)
    had_team = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("member of a bulk move")
        verbose_name_plural = _("members of a bulk move")
        ordering = ("move", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("move", "member"), name="one_row_per_member_and_move"),
            models.CheckConstraint(
                condition=~Q(verdict__in=("blocked", "kept")) | ~Q(obstacle=""), name="move_obstacle_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.from_unit}"


@tracked()
class Merger(models.Model):
    """Two records turned out to be one person: `merged` keeps its history and points to `into`, which has the rest.

    `carried` says how many rows of which kind were handed over.
    """

    merged = models.OneToOneField(Member, models.PROTECT, related_name="merged_into", verbose_name=_("merged record"))
    into = models.ForeignKey(Member, models.PROTECT, related_name="mergers", verbose_name=_("remaining record"))
    reason = models.CharField(_("reason"), max_length=200)
    merged_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("merged by")
    )
    merged_at = models.DateTimeField(_("merged at"), auto_now_add=True)
    carried = models.JSONField(_("handed over"), default=dict, blank=True)

    class Meta:
        verbose_name = _("merger of records")
        verbose_name_plural = _("mergers of records")
        ordering = ("-merged_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(merged=models.F("into")), name="merged_into_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="merger_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.into}"


@tracked()
class Distinction(models.Model):
    """Two records that look like one person's belong to two: the pair is listed no more while the row stands.

    `one` is the older record. Whoever takes it back deletes the row; its history stays.
    """

    one = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("first record"))
    other = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("second record"))
    reason = models.CharField(_("reason"), max_length=200)
    told_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("told apart by")
    )
    told_at = models.DateTimeField(_("told apart at"), auto_now_add=True)

    objects = DistinctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of two people")
        verbose_name_plural = _("pairs of two people")
        ordering = ("-told_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("one", "other"), name="one_distinction_per_pair"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="distinction_older_first"),
            models.CheckConstraint(condition=~Q(reason=""), name="distinction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"


@tracked(exclude=["entered", "present"])
class Proposal(models.Model):
    """What a member wants changed in the own record. `entered` and `present` map fields to the new and the old value.

    What was entered is the member's own data: it is shown as the record is, and kept out of the row's history.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="proposals", verbose_name=_("member"))
    fields = ArrayField(models.CharField(max_length=30), verbose_name=_("fields"))
    entered = models.JSONField(_("proposed"), default=dict)
    present = models.JSONField(_("present"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ("-proposed_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("member",), condition=Q(state="open"), name="one_open_proposal"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="proposal_decided_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(remark=""), name="proposal_return_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.proposed_at:%Y-%m-%d}"
