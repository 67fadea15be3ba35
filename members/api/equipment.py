"""/api/v1/equipment-kinds/, /stores/, /holdings/, /vouchers/: equipment as other systems see and record it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, local_today, require
from members.api.equipment_shapes import (
    ArrivalSerializer,
    HoldingPageSerializer,
    HoldingSerializer,
    IssueSerializer,
    KindSerializer,
    ReturnSerializer,
    SignedSerializer,
    StockSerializer,
    StoreSerializer,
    StoreWithStockSerializer,
    VoucherPageSerializer,
    VoucherRowSerializer,
    VoucherSerializer,
)
from members.enums import LedgerAct
from members.logic.ledger import HELD, Line, Place
from members.models import Holding, Store, Voucher
from members.operations.equipment.confirming import confirm_by_sheet
from members.operations.equipment.issuing import issue
from members.operations.equipment.returning import take_back
from members.operations.equipment.transfers import receive
from members.queries.equipment.desk import articles_here, kinds_in_use, see_store, shelved, stores_for
from members.queries.equipment.hands import list_hands
from members.queries.equipment.held import HandsFilter
from members.queries.equipment.papers import list_vouchers, see_transfer, see_voucher
from members.queries.equipment.past import past_day

_UNIT = OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several.")
_AFTER = OpenApiParameter("after", str, description="Cursor of the page before.")


class _Door(viewsets.GenericViewSet[Any]):
    """What these doors need."""

    lookup_value_regex = r"\d{1,18}"

    def entered(self, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body as plain values. Raises a validation error that names every wrong field."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class EquipmentKindViewSet(_Door):
    """Kinds of equipment of the caller's corps."""

    serializer_class = KindSerializer
    queryset = Store.objects.none()

    @extend_schema(parameters=[_UNIT], responses=KindSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Kinds in use."""
        place = place_asked(request, Permission.EQUIPMENT_VIEW)
        return Response(KindSerializer(kinds_in_use(place.corps_id), many=True).data)


class StoreViewSet(_Door):
    """Stores the caller may see."""

    serializer_class = StoreSerializer
    queryset = Store.objects.none()

    @extend_schema(parameters=[_UNIT], responses=StoreSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Stores in use that supply the unit or part of it."""
        place = place_asked(request, Permission.EQUIPMENT_VIEW)
        return Response(StoreSerializer(stores_for(actor_of(request), place), many=True).data)

    @extend_schema(responses=StoreWithStockSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A store and what lies in it, damaged and in repair as well."""
        store = see_store(actor_of(request), int(pk))
        lying = shelved([store.pk], _LYING)
        rows = [
            {
                "place": place,
                "kind": one.kind.pk,
                "name": one.kind.name,
                "size": one.size,
                "quantity": one.quantity,
                "numbers": sorted(one.numbers),
            }
            for (_room, place), found in lying.items()
            for one in found
        ]
        stock = StockSerializer(rows, many=True).data
        return Response({**StoreSerializer(store).data, "stock": stock})

    @extend_schema(request=IssueSerializer, responses={201: VoucherSerializer})
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """Give members things from the store; the same `token` again is the same voucher."""
        store = self._mine(request, pk)
        asked = self.entered(IssueSerializer)
        # Sent once more: what it gave is no longer in the store.
        before = Voucher.objects.visible_to(actor_of(request)).filter(token=asked["token"]).first()
        made = before or issue(
            actor=actor_of(request),
            store_id=store.pk,
            member_lines=_lines(store.pk, asked["lines"]),
            token=asked["token"],
            on=asked.get("on"),
            due_on=asked.get("due_on"),
            extra_reason=asked["reason"],
        )
        return _voucher(request, made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ReturnSerializer, responses={201: VoucherSerializer})
    @action(detail=True, methods=["post"], url_path="return")
    def take_back(self, request: Request, pk: str) -> Response:
        """Put things from people's hands back into the store, good or broken."""
        store = self._mine(request, pk)
        asked = self.entered(ReturnSerializer)
        made = take_back(
            actor=actor_of(request),
            store_id=store.pk,
            holdings={one["holding"]: (one["good"], one["broken"]) for one in asked["lines"]},
            token=asked["token"],
            on=asked.get("on"),
            reason=asked["reason"],
        )
        return _voucher(request, made.pk, status.HTTP_201_CREATED)

    def _mine(self, request: Request, pk: str) -> Store:
        """The store, where the caller may record movements; asked before the body is read."""
        store = see_store(actor_of(request), int(pk))
        require(actor_of(request), Permission.EQUIPMENT_RECORD, store.unit_id)
        return store


_LYING = (Place.STORE, Place.DAMAGED, Place.REPAIR)


class HoldingViewSet(_Door):
    """Who holds what."""

    serializer_class = HoldingSerializer
    queryset = Holding.objects.none()

    @extend_schema(
        parameters=[
            _UNIT,
            OpenApiParameter("q", str, description="Name or initials of a member, name of a kind, or a number."),
            OpenApiParameter("kind", int),
            OpenApiParameter("place", str, enum=sorted(HELD)),
            OpenApiParameter("due", str, enum=["over", "soon", "any"]),
            OpenApiParameter("on", dt.date, description="A day before today: what was held at its end."),
            _AFTER,
        ],
        responses=HoldingPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of what members and units hold in the unit and below it."""
        place = place_asked(request, Permission.EQUIPMENT_VIEW)
        asked = request.query_params
        chosen = HandsFilter(
            typed=asked.get("q", "")[:40],
            kind_id=number_in(asked.get("kind", "")),
            place=asked.get("place", ""),
            due=asked.get("due", ""),
            on=past_day(asked.get("on", ""), local_today()),
        )
        page = list_hands(place, chosen, local_today(), after=asked.get("after", ""))
        return Response({"results": HoldingSerializer(page.rows, many=True).data, "next": page.next})


class VoucherViewSet(_Door):
    """Vouchers of the ledger; nothing in them changes."""

    serializer_class = VoucherSerializer
    queryset = Voucher.objects.none()

    @extend_schema(
        parameters=[_UNIT, OpenApiParameter("act", str, enum=LedgerAct.values), _AFTER],
        responses=VoucherPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of the vouchers of the unit and below it, newest first."""
        place = place_asked(request, Permission.EQUIPMENT_VIEW)
        asked = request.query_params
        act = asked.get("act", "")
        page = list_vouchers(
            current_tree().within(place.id),
            act=act if act in LedgerAct.values else "",
            after=asked.get("after", ""),
        )
        return Response({"results": VoucherRowSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(responses=VoucherSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A voucher with its lines; of another unit's only those that concern units the caller sees."""
        return _voucher(request, int(pk))

    @extend_schema(request=SignedSerializer, responses=VoucherSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Members have signed for what they got."""
        actor = actor_of(request)
        paper = see_voucher(actor, int(pk))
        # The right is asked for before the body is read; the operation asks for it again, for those who are named.
        units = {one.member.unit_id for one in paper.confirmations} | {paper.voucher.unit_id}
        if not any(allowed(actor, Permission.EQUIPMENT_RECORD, unit_id) for unit_id in units):
            require(actor, Permission.EQUIPMENT_RECORD, paper.voucher.unit_id)
        asked = self.entered(SignedSerializer)
        confirm_by_sheet(actor=actor, voucher_id=int(pk), member_ids=asked["members"])
        return _voucher(request, int(pk))

    @extend_schema(request=ArrivalSerializer, responses={201: VoucherSerializer})
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        """Receive what was sent by this voucher into the store it was sent to."""
        store = see_transfer(actor_of(request), int(pk))[1]
        require(actor_of(request), Permission.EQUIPMENT_RECORD, store.unit_id)
        asked = self.entered(ArrivalSerializer)
        made = receive(
            actor=actor_of(request),
            voucher_id=int(pk),
            arrived={one["line"]: (one["good"], one["broken"]) for one in asked["lines"]},
            token=asked["token"],
            on=asked.get("on"),
            reason=asked["reason"],
        )
        return _voucher(request, made.pk, status.HTTP_201_CREATED)


def _voucher(request: Request, voucher_id: int, code: int = status.HTTP_200_OK) -> Response:
    paper = see_voucher(actor_of(request), voucher_id)
    return Response(VoucherSerializer(paper).data, status=code)


def _lines(store_id: int, asked: Iterable[Mapping[str, Any]]) -> dict[int, list[Line]]:
    """Lines by member. Raises `Refusal` for numbers that are not in the store."""
    here = articles_here(store_id)
    found: dict[int, list[Line]] = {}
    for one in asked:
        number = one["number"]
        article = here.get((one["kind"], number)) if number else None
        if number and article is None:
            raise Refusal(
                _("Not in this store: %(numbers)s.") % {"numbers": number},
                code="equipment.number.unknown",
                place="lines",
                remedy=_("Choose another number or another store."),
            )
        line = Line(one["kind"], one["quantity"], one["size"], article)
        found.setdefault(one["member"], []).append(line)
    return found
