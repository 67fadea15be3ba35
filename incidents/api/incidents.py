"""/api/v1/incidents/: recorded by other systems, read, verified and returned; with the rules of every other door."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import current_tree, see_unit
from incidents.api.serializers import (
    IncidentChangeSerializer,
    IncidentKindSerializer,
    IncidentNoteSerializer,
    IncidentPageSerializer,
    IncidentQuerySerializer,
    IncidentReasonSerializer,
    IncidentRemarkSerializer,
    IncidentRowSerializer,
    IncidentSerializer,
    IncidentVerifySerializer,
    NewIncidentSerializer,
    NewPartySerializer,
)
from incidents.enums import IncidentCategory, IncidentState
from incidents.logic.parties import FIELDS, Particulars
from incidents.models import Incident
from incidents.operations import incidents, parties, verification
from incidents.queries.incidents import IncidentFilter, incident_of, page_of
from incidents.queries.kinds import grid_id_of, kind_id_of, kinds_of

_PLAIN = ("occurred_at", "account", "place", "latitude", "longitude", "outcome", "quantity", "materials")


class IncidentViewSet(viewsets.GenericViewSet[Incident]):
    """Incidents the caller may see."""

    serializer_class = IncidentSerializer
    queryset = Incident.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several."),
            OpenApiParameter("state", str, enum=IncidentState.values, many=True),
            OpenApiParameter("category", str, enum=IncidentCategory.values, many=True),
            OpenApiParameter("kind", str, description="Code of the kind."),
            OpenApiParameter("first", str, description="First local day, 2022-11-03."),
            OpenApiParameter("end", str, description="First local day that no longer belongs."),
            OpenApiParameter("q", str, description="Words of the account, the outcome or the place."),
            OpenApiParameter("after", str, description="Cursor of the page before."),
            OpenApiParameter("before", str, description="Cursor of the page after."),
        ],
        responses=IncidentPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of the log, newest first; nothing is counted."""
        place = place_asked(request, Permission.INCIDENT_VIEW)
        asked = self._entered(IncidentQuerySerializer, request.query_params)
        page = page_of(
            actor_of(request),
            place,
            IncidentFilter(
                states=tuple(asked.get("state", ())),
                categories=tuple(asked.get("category", ())),
                kind_id=kind_id_of(place.corps_id, asked["kind"]) if "kind" in asked else None,
                first=asked.get("first"),
                end=asked.get("end"),
                words=asked["q"],
            ),
            asked["after"],
            before=asked["before"],
        )
        rows = IncidentRowSerializer(page.rows, many=True).data
        return Response({"results": rows, "next": page.next, "previous": page.previous})

    @extend_schema(
        parameters=[OpenApiParameter("unit", str, description="Code of a unit of the corps; needed with several.")],
        responses=IncidentKindSerializer(many=True),
    )
    @action(detail=False, methods=["get"])
    def kinds(self, request: Request) -> Response:
        """The corps' kinds of incident in use, whose codes other calls take."""
        place = place_asked(request, Permission.INCIDENT_VIEW)
        return Response(IncidentKindSerializer(kinds_of(place.corps_id), many=True).data)

    @extend_schema(responses=IncidentSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One incident with participants, parties (masked) and log."""
        return self._answer(int(pk))

    @extend_schema(request=NewIncidentSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request) -> Response:
        """Record an incident; all of it or nothing."""
        entered = self._entered(NewIncidentSerializer)
        unit = see_unit(actor_of(request), entered["unit"])
        made = incidents.record_incident(
            actor=actor_of(request),
            unit_id=unit.id,
            parties=[
                parties.PartyEntry(one["role"], Particulars(**{name: one[name] for name in FIELDS}))
                for one in entered.get("parties", ())
            ],
            submit=entered["submit"],
            **self._arguments(entered, unit.corps_id),
        )
        return self._answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=IncidentChangeSerializer, responses=IncidentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is told; what is absent stays."""
        entered = self._entered(IncidentChangeSerializer)
        actor = actor_of(request)
        corps_id = current_tree().nodes[incident_of(actor, int(pk)).unit_id].corps_id
        unit_id = see_unit(actor, entered["unit"]).id if "unit" in entered else None
        incidents.edit_incident(
            actor=actor,
            incident_id=int(pk),
            unit_id=unit_id,
            seen=entered.get("seen"),
            **self._arguments(entered, corps_id),
        )
        return self._answer(int(pk))

    @extend_schema(request=None, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Hand it to an officer."""
        incidents.submit_incident(actor=actor_of(request), incident_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=IncidentVerifySerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Vouch for it; it counts from now on."""
        entered = self._entered(IncidentVerifySerializer)
        verification.verify_incident(actor=actor_of(request), incident_id=int(pk), **entered)
        return self._answer(int(pk))

    @extend_schema(request=IncidentRemarkSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Return it to be corrected."""
        entered = self._entered(IncidentRemarkSerializer)
        verification.return_incident(actor=actor_of(request), incident_id=int(pk), **entered)
        return self._answer(int(pk))

    @extend_schema(request=IncidentReasonSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the verification back; it counts no longer."""
        entered = self._entered(IncidentReasonSerializer)
        verification.withdraw_verification(actor=actor_of(request), incident_id=int(pk), **entered)
        return self._answer(int(pk))

    @extend_schema(request=IncidentReasonSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Declare that it did not happen or stands here twice."""
        entered = self._entered(IncidentReasonSerializer)
        incidents.void_incident(actor=actor_of(request), incident_id=int(pk), **entered)
        return self._answer(int(pk))

    @extend_schema(request=IncidentNoteSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        """Add a line to the log; it cannot be changed afterwards."""
        entered = self._entered(IncidentNoteSerializer)
        incidents.add_note(actor=actor_of(request), incident_id=int(pk), **entered)
        return self._answer(int(pk))

    @extend_schema(request=NewPartySerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"])
    def parties(self, request: Request, pk: str) -> Response:
        """Add a party; its particulars are sealed."""
        entered = self._entered(NewPartySerializer)
        role = entered.pop("role")
        parties.add_party(actor=actor_of(request), incident_id=int(pk), role=role, particulars=entered)
        return self._answer(int(pk), status.HTTP_201_CREATED)

    def _arguments(self, entered: dict[str, Any], corps_id: int) -> dict[str, Any]:
        """What the operations take, codes turned into keys; a code that nobody has becomes a key nobody has."""
        found: dict[str, Any] = {name: entered[name] for name in (*_PLAIN, "people_reached") if name in entered}
        if "kind" in entered:
            found["kind_id"] = kind_id_of(corps_id, entered["kind"])
        if "grid" in entered:
            found["grid_id"] = grid_id_of(corps_id, entered["grid"]) if entered["grid"] else None
        if "shift" in entered:
            found["shift_id"] = entered["shift"]
        if "participants" in entered:
            found["participant_ids"] = entered["participants"]
        return found

    def _entered(
        self, serializer_class: type[serializers.Serializer[Any]], data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, incident_id: int, code: int = status.HTTP_200_OK) -> Response:
        incident = incident_of(actor_of(self.request), incident_id)
        return Response(IncidentSerializer(incident).data, status=code)
