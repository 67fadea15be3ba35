"""/api/v1/alarms/: the police's alarm figures by area and month, as they were imported."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.paging import NumberedCursor
from corps.api.place import place_asked
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import require
from stats.enums import AlarmKind
from stats.models import AlarmFigure
from stats.queries.alarms import alarm_figures


class AlarmFigureSerializer(serializers.ModelSerializer[AlarmFigure]):
    """A figure; `month` is the month's first day."""

    unit = serializers.CharField(source="unit.code")

    class Meta:
        model = AlarmFigure
        fields = ("id", "unit", "kind", "month", "count")


class AlarmQuerySerializer(serializers.Serializer[Any]):
    """What a list may be narrowed to."""

    kind = serializers.ChoiceField(choices=AlarmKind.choices, required=False)
    year = serializers.IntegerField(min_value=2000, max_value=2199, required=False)


class AlarmCursor(NumberedCursor):
    """The latest figures first."""

    ordering = "-id"


class AlarmViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[AlarmFigure]):
    """Alarm figures of the caller's units."""

    serializer_class = AlarmFigureSerializer
    pagination_class = AlarmCursor
    queryset = AlarmFigure.objects.none()

    def get_queryset(self) -> Any:
        """Figures of the unit that is asked for and everything below it."""
        actor = actor_of(self.request)
        place = place_asked(self.request, Permission.RESULT_VIEW)
        require(actor, Permission.RESULT_VIEW, place.id)
        asked = AlarmQuerySerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        found = alarm_figures(actor, place).select_related("unit")
        if kind := asked.validated_data.get("kind"):
            found = found.filter(kind=kind)
        if year := asked.validated_data.get("year"):
            found = found.filter(month__year=year)
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several."),
            OpenApiParameter("kind", str, enum=AlarmKind.values),
            OpenApiParameter("year", int),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Figures of an area and the areas below it."""
        return super().list(request, *args, **kwargs)
