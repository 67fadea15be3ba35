"""/api/v1/units/ with what asks about the people in a unit."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api import units as corps_units
from corps.api.units import UnitSerializer
from corps.doors import actor_of
from members.operations.units import move_unit


class UnitMoveSerializer(serializers.Serializer[Any]):
    """The new superior of a unit."""

    superior = serializers.CharField(max_length=30)
    carry = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Hand over equipment that is out of the reach of its store to the one that supplies the new place.",
    )
    reason = serializers.CharField(max_length=200, required=False, default="")


class UnitViewSet(corps_units.UnitViewSet):
    """Units the caller may see."""

    @extend_schema(request=UnitMoveSerializer, responses=UnitSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, code: str) -> Response:
        """Hang a unit, with everything below it, under another superior."""
        entered = self._entered(UnitMoveSerializer)
        unit = move_unit(
            actor=actor_of(request),
            unit_id=self._unit_id(code),
            parent_id=self._unit_id(entered["superior"]),
            carry=entered["carry"],
            reason=entered["reason"],
        )
        return Response(UnitSerializer(unit).data)
