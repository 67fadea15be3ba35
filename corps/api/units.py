"""/api/v1/units/: the tree as other systems see and change it."""

import datetime as dt
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.paging import NumberedCursor
from corps.doors import actor_of, number_in
from corps.enums import Level
from corps.models import Unit
from corps.operations import tree
from corps.queries.scope import current_tree, local_today, see_unit


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit; its superior by code, its path from the corps down."""

    superior = serializers.SerializerMethodField(help_text="Code of the superior unit, null for the corps itself.")
    path = serializers.SerializerMethodField(help_text="Names from the corps down to the unit.")

    class Meta:
        model = Unit
        fields: ClassVar[list[str]] = [
            "code",
            "name",
            "short_name",
            "level",
            "superior",
            "path",
            "division_code",
            "latitude",
            "longitude",
            "active_from",
            "active_until",
        ]

    def get_superior(self, unit: Unit) -> str | None:
        node = current_tree().nodes.get(unit.parent_id) if unit.parent_id else None
        return node.code if node else None

    def get_path(self, unit: Unit) -> list[str]:
        return [node.name for node in current_tree().path(unit.pk)]


class NewUnitSerializer(serializers.Serializer[Any]):
    """What a new unit needs."""

    superior = serializers.CharField(max_length=30)
    level = serializers.ChoiceField(choices=Level.choices)
    name = serializers.CharField(max_length=80)
    short_name = serializers.CharField(max_length=30)
    code = serializers.CharField(max_length=30)
    active_from = serializers.DateField(required=False)


class UnitNameSerializer(serializers.Serializer[Any]):
    """What may be changed about a unit without touching the tree."""

    name = serializers.CharField(max_length=80)
    short_name = serializers.CharField(max_length=30)
    reason = serializers.CharField(max_length=200, required=False, default="")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is done."""

    reason = serializers.CharField(max_length=200)


class TreeOrder(NumberedCursor):
    """Units in tree order: a superior before its subordinates."""

    ordering = ("tree_id", "lft")
    page_size = 200


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("within", str, description="Only this unit (its code) and what lies below it."),
            OpenApiParameter("level", int, enum=[level.value for level in Level]),
        ]
    )
)
class UnitViewSet(viewsets.GenericViewSet[Unit]):
    """Units the caller may see; `members.api.units` adds moving them with their people, and is registered."""

    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = UnitSerializer
    pagination_class = TreeOrder
    queryset = Unit.objects.none()

    def get_queryset(self) -> Any:
        return Unit.objects.visible_to(actor_of(self.request))

    def list(self, request: Request) -> Response:
        """Units in tree order, a page at a time."""
        rows = self.get_queryset()
        if within := request.query_params.get("within"):
            rows = rows.in_units(current_tree().within(see_unit(actor_of(request), within).id))
        if (level := number_in(request.query_params.get("level", ""))) is not None:
            rows = rows.filter(level=level)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(UnitSerializer(page, many=True).data)

    def retrieve(self, request: Request, code: str) -> Response:
        """One unit."""
        return Response(UnitSerializer(self.get_object()).data)

    @extend_schema(request=NewUnitSerializer, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        """Create a unit under a superior."""
        entered = self._entered(NewUnitSerializer)
        parent = see_unit(actor_of(request), entered.pop("superior"))
        active_from: dt.date = entered.pop("active_from", None) or local_today()
        level = Level(entered.pop("level"))
        unit = tree.create_unit(
            actor=actor_of(request),
            parent_id=parent.id,
            level=level,
            active_from=active_from,
            **entered,
        )
        return Response(UnitSerializer(unit).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UnitNameSerializer, responses=UnitSerializer)
    def partial_update(self, request: Request, code: str) -> Response:
        """Rename a unit."""
        unit = tree.rename_unit(
            actor=actor_of(request),
            unit_id=self._unit_id(code),
            **self._entered(UnitNameSerializer),
        )
        return Response(UnitSerializer(unit).data)

    def _unit_id(self, code: str) -> int:
        return see_unit(actor_of(self.request), code).id

    def _entered(self, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
