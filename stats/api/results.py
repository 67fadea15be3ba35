"""/api/v1/results/: figures of a unit and the units below it over any period, and the facts behind each figure."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from stats.catalogue import MEASURES, Adds, Group, Measure
from stats.logic.periods import Kind, Period, around
from stats.queries.drilldown import Fact, Place, facts_page
from stats.queries.figures import figures_of
from stats.queries.results import Comparison, is_counting, measure_of, period_of, results_of

PERIOD = OpenApiParameter(
    "period",
    str,
    description=(
        "A day 2022-11-03, an ISO week 2022-W44, a month 2022-11, a quarter 2022-Q4, a year 2022, or a range"
        " 2022-01-01..2022-03-15 whose last day belongs to it. Without it, the running month."
    ),
)
UNIT = OpenApiParameter("unit", str, description="Code of the unit; needed with several.")


class MeasureSerializer(serializers.Serializer[Any]):
    """A measure of the catalogue."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="Unit of measure.")
    definition = serializers.CharField()
    group = serializers.SerializerMethodField()
    adds_up = serializers.SerializerMethodField(help_text="How figures of days and units become larger ones.")
    digits = serializers.IntegerField(help_text="Decimals it is shown with; figures here are not rounded.")

    def get_group(self, measure: Measure) -> str:
        return measure.group.value

    def get_adds_up(self, measure: Measure) -> str:
        return measure.adds_up.value


class PeriodSerializer(serializers.Serializer[Any]):
    """A period; `first` and `last` both belong to it."""

    code = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()


class LineSerializer(serializers.Serializer[Any]):
    """A unit's figures by the code of the measure; null where there is none, such as a rate of nothing."""

    unit = serializers.CharField(help_text="Code of the unit.")
    name = serializers.CharField()
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))


class ComparisonSerializer(serializers.Serializer[Any]):
    """What the unit came to in another period, over as many days as have come of the one asked for."""

    period = PeriodSerializer()
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))


class ResultsSerializer(serializers.Serializer[Any]):
    """The unit as total, the units straight below, and two comparisons.

    `counting`: facts were written a moment ago that are not in the figures yet.
    """

    period = PeriodSerializer()
    counting = serializers.BooleanField()
    total = LineSerializer()
    results = LineSerializer(many=True)
    previous = ComparisonSerializer()
    year_before = ComparisonSerializer()


class FactSerializer(serializers.Serializer[Any]):
    """One row that was counted; `person` is empty where the caller may not see people."""

    table = serializers.CharField(help_text="shift, attendance, incident, joined, departed or thing.")
    id = serializers.IntegerField()
    day = serializers.DateField()
    amount = serializers.FloatField(help_text="What it adds to the figure.")
    unit = serializers.CharField(allow_null=True, help_text="Code of the unit it counts at.")
    kind = serializers.CharField()
    person = serializers.CharField()
    person_id = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField()


class FactsSerializer(serializers.Serializer[Any]):
    """A page of facts, latest first; `next` is the cursor for `after`, empty at the end."""

    figure = serializers.FloatField(allow_null=True)
    counting = serializers.BooleanField()
    results = FactSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class ResultViewSet(viewsets.ViewSet):
    """Results of units where the caller may see them."""

    @extend_schema(
        parameters=[
            UNIT,
            PERIOD,
            OpenApiParameter(
                "measure", str, many=True, description="Codes of measures; without any, all of the catalogue."
            ),
            OpenApiParameter("group", str, enum=[group.value for group in Group]),
        ],
        responses=ResultsSerializer,
    )
    def list(self, request: Request) -> Response:
        """Figures of a unit and of the units straight below it."""
        unit, period = self._place(request), _period(request)
        found = results_of(unit, period, _measures(request), local_today())
        return Response(
            {
                "period": _told(period),
                "counting": found.counting,
                "total": {"unit": unit.code, "name": unit.name, "values": found.total},
                "results": [
                    {"unit": line.node.code, "name": line.node.name, "values": line.values} for line in found.lines
                ],
                "previous": _compared(found.previous),
                "year_before": _compared(found.year_before),
            }
        )

    @extend_schema(
        parameters=[
            UNIT,
            PERIOD,
            OpenApiParameter("measure", str, required=True, description="Code of the measure."),
            OpenApiParameter("after", str, description="Cursor of the page before."),
        ],
        responses=FactsSerializer,
    )
    @action(detail=False, methods=["get"])
    def facts(self, request: Request) -> Response:
        """The facts behind a figure, fifty at a time; a ratio has those of its numerator."""
        unit, period = self._place(request), _period(request)
        measure = measure_of(request.query_params.get("measure", ""))
        counted = MEASURES[measure.numerator] if measure.adds_up is Adds.RATIO else measure
        page = facts_page(actor_of(request), unit, measure, period, _after(request))
        return Response(
            {
                "figure": figures_of(unit.id, [measure], period.first, period.end)[measure.code],
                "counting": is_counting(unit, period),
                "results": [_fact(fact, counted) for fact in page.facts],
                "next": str(page.following) if page.following else "",
            }
        )

    @extend_schema(responses=MeasureSerializer(many=True))
    @action(detail=False, methods=["get"])
    def measures(self, request: Request) -> Response:
        """The catalogue: every measure with its definition."""
        return Response(MeasureSerializer(list(MEASURES.values()), many=True).data)

    def _place(self, request: Request) -> Node:
        unit = place_asked(request, Permission.RESULT_VIEW)
        require(actor_of(request), Permission.RESULT_VIEW, unit.id)
        return unit


def _period(request: Request) -> Period:
    text = request.query_params.get("period", "").strip()
    return period_of(text) if text else around(Kind.MONTH, local_today())


def _after(request: Request) -> Place | None:
    text = request.query_params.get("after", "")
    place = Place.read(text)
    if text and place is None:
        raise Refusal(
            _("“%(text)s” is no place in this list.") % {"text": text[:40]},
            code="after.format",
            place="after",
            remedy=_("Take it over from “next” of the page before."),
        )
    return place


def _measures(request: Request) -> list[Measure]:
    codes = [code for text in request.query_params.getlist("measure") for code in text.split(",") if code]
    if codes:
        return [measure_of(code) for code in dict.fromkeys(codes)]
    group = request.query_params.get("group", "")
    chosen = [measure for measure in MEASURES.values() if group in {"", measure.group.value}]
    if not chosen:
        raise Refusal(
            _("There is no group of measures “%(code)s”.") % {"code": group[:40]},
            code="group.unknown",
            place="group",
            remedy=_("There are: %(codes)s.") % {"codes": ", ".join(one.value for one in Group)},
        )
    return chosen


def _told(period: Period) -> dict[str, Any]:
    return {"code": period.code, "first": period.first, "last": period.last}


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {"period": _told(comparison.period.named()), "values": comparison.values}


def _fact(fact: Fact, measure: Measure) -> dict[str, Any]:
    nodes = current_tree().nodes
    node = nodes.get(fact.unit_id) if fact.unit_id is not None else None
    return {
        "table": fact.source,
        "id": fact.id,
        "day": fact.day,
        "amount": fact.amount / measure.divisor if measure.divisor != 1 else fact.amount,
        "unit": node.code if node else None,
        "kind": fact.kind,
        "person": fact.person,
        "person_id": fact.person_id,
        "status": fact.status,
        "at": fact.at,
        "place": fact.where,
    }
