"""The equipment ledger: vouchers and their movements, what is where by them, and who has confirmed what they got."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from members.enums import ConfirmedBy, EquipmentPlace, LedgerAct
from members.logic.ledger import HELD, REASON_NEEDED, Place
from members.models.equipment import Article, EquipmentKind, Store
from members.models.querysets import EquipmentQuerySet


class Voucher(models.Model):
    """One act of the ledger, such as issuing a kit to a squad; its movements say what went where.

    `unit` is the unit that acts, `on` the day it happened. `token` is made with the form that was filled in: the same
    form sent twice is one voucher. A receiving voucher names the sending one it `follows`, a reversal the one it
    `reverses`; a voucher is reversed once and as a whole.
    """

    act = models.CharField(_("act"), max_length=12, choices=LedgerAct.choices)
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("follows")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    token = models.UUIDField(unique=True)
    recorded_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=("unit", "-id"), name="voucher_by_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(act__in=sorted(act.value for act in REASON_NEEDED)) | ~Q(reason=""),
                name="voucher_says_why",
            ),
            models.CheckConstraint(
                condition=Q(act=LedgerAct.REVERSAL, reverses__isnull=False)
                | (~Q(act=LedgerAct.REVERSAL) & Q(reverses__isnull=True)),
                name="reversal_names_what_it_reverses",
            ),
            models.CheckConstraint(
                condition=Q(act=LedgerAct.RECEIVE, follows__isnull=False)
                | (~Q(act=LedgerAct.RECEIVE) & Q(follows__isnull=True)),
                name="receiving_follows_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.on:%Y-%m-%d} #{self.pk}"


def _side(side: str) -> Q:
    """What a side of a movement names, by its place: outside nothing; all else a unit and a store; people's hands the
    member as well.
    """
    place, store, unit, member = (
        f"{side}_place",
        f"{side}_store__isnull",
        f"{side}_unit__isnull",
        f"{side}_member__isnull",
    )
    return (
        Q(**{place: "", store: True, unit: True, member: True})
        | Q(**{place: Place.MEMBER.value, store: False, unit: False, member: False})
        | (~Q(**{f"{place}__in": ["", Place.MEMBER.value]}) & Q(**{store: False, unit: False, member: True}))
    )


def _either_side(*places: str) -> Q:
    return Q(from_place__in=places) | Q(to_place__in=places)


class Movement(models.Model):
    """A quantity of one kind goes from one place to another. Rows are never changed; migration 0008 refuses it.

    A side names its place (empty: outside the corps), the store (for things in hands: where they came from and belong),
    the unit where they count, and the holding member. `due_on` is the day things in hands are to be back; `transfer`
    the sending voucher of things on their way. `on` is the voucher's. A numbered thing moves as `article`, quantity 1.
    """

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="movements", verbose_name=_("voucher"))
    on = models.DateField(_("date"))
    kind = models.ForeignKey(
        EquipmentKind, models.PROTECT, related_name="+", db_index=False, verbose_name=_("kind of equipment")
    )
    size = models.CharField(_("size"), max_length=8, blank=True)
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("number")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    from_place = models.CharField(_("from"), max_length=8, choices=EquipmentPlace.choices, blank=True)
    from_store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("from store")
    )
    from_unit = models.ForeignKey(
        "corps.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("from unit"),
    )
    from_member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("from member"),
    )
    to_place = models.CharField(_("to"), max_length=8, choices=EquipmentPlace.choices, blank=True)
    to_store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("to store")
    )
    to_unit = models.ForeignKey(
        "corps.Unit", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("to unit")
    )
    to_member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("to member"),
    )
    due_on = models.DateField(_("due back on"), null=True, blank=True)
    transfer = models.ForeignKey(
        Voucher, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("transfer")
    )

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("to_member",), condition=Q(to_member__isnull=False), name="movement_to_member"),
            models.Index(fields=("from_member",), condition=Q(from_member__isnull=False), name="movement_from_member"),
            models.Index(fields=("article",), condition=Q(article__isnull=False), name="movement_of_article"),
            # What a figure of the stock report opens to.
            models.Index(fields=("to_unit", "kind", "on"), condition=Q(to_unit__isnull=False), name="movement_to_unit"),
            models.Index(
                fields=("from_unit", "kind", "on"), condition=Q(from_unit__isnull=False), name="movement_from_unit"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_of_something"),
            models.CheckConstraint(
                condition=Q(article__isnull=True) | Q(quantity=1, size=""), name="movement_of_one_article"
            ),
            models.CheckConstraint(condition=_side("from"), name="movement_from_somewhere"),
            models.CheckConstraint(condition=_side("to"), name="movement_to_somewhere"),
            models.CheckConstraint(
                condition=~Q(from_place="", to_place="")
                & ~Q(
                    from_place=F("to_place"),
                    from_store=F("to_store"),
                    from_unit=F("to_unit"),
                    from_member__isnull=True,
                ),
                name="movement_moves",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | _either_side(*sorted(place.value for place in HELD)),
                name="movement_due_from_hands",
            ),
            models.CheckConstraint(
                condition=(Q(transfer__isnull=True) & ~_either_side(Place.TRANSIT.value))
                | (Q(transfer__isnull=False) & _either_side(Place.TRANSIT.value)),
                name="movement_on_its_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} × {self.quantity}"


class Holding(models.Model):
    """How many of a kind are in one place, by the ledger. Written by the database alone, with every movement.

    `key` is a digest of what names the place and the thing. Rows stay when nothing is left. `last_on` is the day of the
    last movement here: nothing may be taken on an earlier one, so the ledger adds up to no negative number on any day.
    """

    key = models.UUIDField(unique=True)
    unit = models.ForeignKey(
        "corps.Unit", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name=_("unit")
    )
    place = models.CharField(_("place"), max_length=8, choices=EquipmentPlace.choices)
    store = models.ForeignKey(
        Store, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, verbose_name=_("store")
    )
    member = models.ForeignKey(
        "members.Member",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("member"),
    )
    transfer = models.ForeignKey(
        Voucher,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("transfer"),
    )
    due_on = models.DateField(_("due back on"), null=True)
    kind = models.ForeignKey(
        EquipmentKind,
        models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("kind of equipment"),
    )
    size = models.CharField(_("size"), max_length=8, blank=True)
    article = models.ForeignKey(
        Article,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("number"),
    )
    quantity = models.IntegerField(_("quantity"))
    last_on = models.DateField(_("last movement on"))

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        ordering = ("unit", "kind", "size", "id")
        # "One article in one place" stands in migration 0008.
        indexes: ClassVar = [
            models.Index(fields=("member", "kind"), condition=Q(member__isnull=False), name="holding_by_member"),
            models.Index(fields=("unit", "kind"), condition=Q(quantity__gt=0), name="holding_by_unit"),
            models.Index(fields=("store", "kind"), condition=Q(quantity__gt=0), name="holding_by_store"),
            # What waits for somebody is little of what there is, and is counted on every first page.
            models.Index(
                fields=("transfer",), condition=Q(place=Place.TRANSIT.value, quantity__gt=0), name="holding_on_the_way"
            ),
            models.Index(
                fields=("unit",),
                condition=Q(quantity__gt=0) & (Q(place=Place.DAMAGED.value) | Q(due_on__isnull=False)),
                name="holding_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="holding_not_negative"),
            models.CheckConstraint(
                condition=Q(article__isnull=True) | Q(quantity__lte=1), name="holding_of_one_article"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} × {self.quantity}"


@tracked()
class Confirmation(models.Model):
    """A member was given something by a voucher and is to confirm it: one tap, or the captain by a signed sheet."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="confirmations", verbose_name=_("voucher"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", db_index=False, verbose_name=_("member")
    )
    due_on = models.DateField(_("to be confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    how = models.CharField(_("confirmed by"), max_length=8, choices=ConfirmedBy.choices, blank=True)
    confirmed_by = models.ForeignKey(
        "corps.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("confirmation of receipt")
        verbose_name_plural = _("confirmations of receipt")
        ordering = ("due_on", "id")
        indexes: ClassVar = [
            models.Index(fields=("member",), name="confirmation_by_member"),
            models.Index(fields=("due_on",), condition=Q(confirmed_at__isnull=True), name="confirmation_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("voucher", "member"), name="one_confirmation_per_voucher"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, how="") | (Q(confirmed_at__isnull=False) & ~Q(how="")),
                name="confirmation_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.voucher}"
