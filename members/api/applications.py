"""/api/v1/applications/: who asked to join, for other systems; decided on as on the page."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of, number_in
from corps.permissions import Permission
from corps.queries.scope import current_tree
from members.enums import ApplicationSource, ApplicationState, MemberStatus
from members.models import Application
from members.operations.recruitment.deciding import decide
from members.queries.recruitment import QUEUE_SIZE, Candidate, application_of, applications_for


class ApplicationSerializer(serializers.Serializer[Any]):
    """An application. `member` is empty where the person stands on a roster already (`known`)."""

    id = serializers.IntegerField(source="application.pk")
    unit = serializers.SerializerMethodField(help_text="Code of the unit.")
    member = serializers.IntegerField(source="application.member_id", allow_null=True)
    name = serializers.CharField()
    identity = serializers.CharField(help_text="Masked.")
    phone = serializers.CharField(help_text="Masked unless the caller may see phone numbers in this unit.")
    status = serializers.ChoiceField(choices=MemberStatus.choices)
    state = serializers.ChoiceField(choices=ApplicationState.choices, source="application.state")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ApplicationSource.choices, source="application.source"
    )
    recruiter = serializers.SerializerMethodField(help_text="Code of the recruiter, or empty.")
    applied_at = serializers.DateTimeField(source="application.applied_at")
    decided_at = serializers.DateTimeField(source="application.decided_at", allow_null=True)
    reason = serializers.CharField(source="application.reason")
    known = serializers.BooleanField()
    alike = serializers.BooleanField(help_text="Somebody else has the same phone, or the same name and birth date.")
    steps = serializers.ListField(child=serializers.CharField(), help_text="What may be decided now.")

    def get_unit(self, one: Candidate) -> str:
        return current_tree().nodes[one.application.unit_id].code

    def get_recruiter(self, one: Candidate) -> str:
        return one.application.recruiter.code if one.application.recruiter else ""


class ApplicationPageSerializer(serializers.Serializer[Any]):
    """A page; `next` goes into `after`, and is empty at the end."""

    results = ApplicationSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class StepSerializer(serializers.Serializer[Any]):
    """One step; refusing needs a reason, which the applicant reads."""

    step = serializers.ChoiceField(choices=["vet", "probation", "admit", "refuse", "take_up"])
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ApplicationViewSet(viewsets.GenericViewSet[Application]):
    """Applications the caller may decide on."""

    serializer_class = ApplicationSerializer
    queryset = Application.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several."),
            OpenApiParameter("waiting", bool, description="Only those on which nothing is decided."),
            OpenApiParameter("after", str, description="Cursor of the page before."),
        ],
        responses=ApplicationPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of applications in the order in which they came."""
        asked = request.query_params
        found = applications_for(
            actor_of(request),
            place_asked(request, Permission.MEMBER_ADMIT),
            waiting=asked.get("waiting", "").lower() in {"1", "true"},
            after=number_in(asked.get("after", "")) or 0,
        )
        following = str(found[-1].application.pk) if len(found) == QUEUE_SIZE else ""
        return Response({"results": ApplicationSerializer(found, many=True).data, "next": following})

    @extend_schema(responses=ApplicationSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One application."""
        return Response(ApplicationSerializer(application_of(actor_of(request), int(pk))).data)

    @extend_schema(request=StepSerializer, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Vet, admit, refuse or take up again."""
        application_of(actor_of(request), int(pk))
        entered = StepSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        values = entered.validated_data
        decide(actor=actor_of(request), application_ids=[int(pk)], step=values["step"], reason=values["reason"])
        return self.retrieve(request, pk)
