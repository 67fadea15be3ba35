"""/api/v1/courses/, /api/v1/training-sessions/, /api/v1/certificates/: training as other systems see and record it."""

from typing import Any

from django.http import Http404
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
from corps.queries.scope import require, see_unit
from members.api.training_serializers import (
    CertificatePageSerializer,
    CertificateSerializer,
    CorrectedMarkSerializer,
    CourseSerializer,
    NewCertificateSerializer,
    NewTrainingSessionSerializer,
    RenewalSerializer,
    TraineeSerializer,
    TraineesSerializer,
    TrainingMarksSerializer,
    TrainingReasonSerializer,
    TrainingSessionPageSerializer,
    TrainingSessionRowSerializer,
    TrainingSessionSerializer,
)
from members.enums import CertificateStanding, SessionMode, TeacherService
from members.models import Certificate, Course, TrainingSession
from members.operations.training import certificates, enrolling, results, sessions
from members.operations.training.results import Mark
from members.operations.training.sessions import Teacher
from members.queries.training.certificates import (
    CertificateFilter,
    certificate_of,
    certificate_page,
)
from members.queries.training.sessions import (
    CANCELLED,
    COMING,
    HELD,
    TO_CLOSE,
    courses_in_use,
    kinds_in_use,
    require_organiser,
    session_page,
    session_seen,
)

_UNIT = OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several.")
_AFTER = OpenApiParameter("after", str, description="Cursor of the page before.")
_PAGE = OpenApiParameter("page", int, description="Which page of the people, from 1.")
WHICH = (COMING, TO_CLOSE, HELD, CANCELLED)


def _read(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class CourseViewSet(viewsets.GenericViewSet[Course]):
    """The corps' courses that are in use."""

    serializer_class = CourseSerializer
    queryset = Course.objects.none()

    @extend_schema(parameters=[_UNIT], responses=CourseSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All of them."""
        place = place_asked(request, Permission.TRAINING_VIEW)
        rows = Course.objects.filter(corps_id=place.corps_id, active=True).select_related("certificate_kind")
        return Response({"results": CourseSerializer(rows, many=True).data})


class TrainingSessionViewSet(viewsets.GenericViewSet[TrainingSession]):
    """Sessions the caller may see."""

    serializer_class = TrainingSessionSerializer
    queryset = TrainingSession.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[_UNIT, OpenApiParameter("which", str, enum=WHICH), _AFTER], responses=TrainingSessionPageSerializer
    )
    def list(self, request: Request) -> Response:
        """A page of sessions; what is to come runs forward in time, everything else backward."""
        place = place_asked(request, Permission.TRAINING_VIEW)
        which = request.query_params.get("which", COMING)
        page = session_page(
            actor_of(request), place, which if which in WHICH else COMING, request.query_params.get("after", "")
        )
        return Response({"results": TrainingSessionRowSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(parameters=[_PAGE], responses=TrainingSessionSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One session."""
        return self._answer(int(pk))

    @extend_schema(request=NewTrainingSessionSerializer, responses={201: TrainingSessionSerializer})
    def create(self, request: Request) -> Response:
        """Plan a session."""
        entered = _read(NewTrainingSessionSerializer, request)
        unit = see_unit(actor_of(request), entered.pop("unit"))
        require(actor_of(request), Permission.TRAINING_RECORD, unit.id)
        name = entered.pop("course")
        course = next((one for one in courses_in_use(unit.corps_id) if one.name == name), None)
        if course is None:
            raise Http404("no such course")
        plan: dict[str, Any] = {
            **{key: value for key, value in entered.items() if key not in {"site", "teachers", "mode"}},
            "mode": SessionMode(entered["mode"]),
        }
        if "site" in entered:
            plan["site_id"] = entered["site"]
        if "teachers" in entered:
            plan["teachers"] = [Teacher(TeacherService(one["service"]), one["name"]) for one in entered["teachers"]]
        made = sessions.plan_session(actor=actor_of(request), unit_id=unit.id, course_id=course.pk, **plan)
        return self._answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=TrainingReasonSerializer, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call it off."""
        reason = _read(TrainingReasonSerializer, request)["reason"]
        sessions.cancel_session(actor=actor_of(request), session_id=int(pk), reason=reason)
        return self._answer(int(pk))

    @extend_schema(request=TraineesSerializer, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def enrol(self, request: Request, pk: str) -> Response:
        """Enrol members: all of them or none."""
        members = _read(TraineesSerializer, request)["members"]
        enrolling.enrol(actor=actor_of(request), session_id=int(pk), member_ids=members)
        return self._answer(int(pk))

    @extend_schema(request=TraineeSerializer, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take an enrolment back."""
        member = _read(TraineeSerializer, request)["member"]
        enrolling.withdraw(actor=actor_of(request), session_id=int(pk), member_id=member)
        return self._answer(int(pk))

    @extend_schema(request=TrainingMarksSerializer, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: str) -> Response:
        """Attendance and scores of many."""
        entries = _read(TrainingMarksSerializer, request)["entries"]
        marks = [Mark(one["member"], attended=one["attended"], score=one.get("score")) for one in entries]
        results.record_results(actor=actor_of(request), session_id=int(pk), marks=marks)
        return self._answer(int(pk))

    @extend_schema(request=None, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Settle it; whoever passed gets the course's certificate."""
        results.close_session(actor=actor_of(request), session_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=CorrectedMarkSerializer, responses=TrainingSessionSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Put one result of a closed session right; its certificate is issued or revoked with it."""
        seen = session_seen(actor_of(request), int(pk)).session
        require_organiser(actor_of(request), seen)
        entered = _read(CorrectedMarkSerializer, request)
        row = seen.enrolments.filter(member_id=entered["member"]).first()
        if row is None:
            raise Refusal(
                _("This member is not enrolled in this session."),
                code="enrolment.unknown",
                place="member",
                remedy=_("Choose from the list."),
            )
        results.correct_result(
            actor=actor_of(request),
            enrolment_id=row.pk,
            attended=entered["attended"],
            score=entered.get("score"),
            reason=entered["reason"],
        )
        return self._answer(int(pk))

    def _answer(self, session_id: int, code: int = status.HTTP_200_OK) -> Response:
        page = number_in(self.request.query_params.get("page", "")) or 1
        seen = session_seen(actor_of(self.request), session_id, page)
        return Response(TrainingSessionSerializer(seen.session, context={"seen": seen}).data, status=code)


class CertificateViewSet(viewsets.GenericViewSet[Certificate]):
    """Certificates of members the caller may see."""

    serializer_class = CertificateSerializer
    queryset = Certificate.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[
            _UNIT,
            OpenApiParameter("standing", str, enum=CertificateStanding.values),
            OpenApiParameter("q", str, description="Name, initials or number."),
            _AFTER,
        ],
        responses=CertificatePageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of certificates."""
        place, asked = place_asked(request, Permission.TRAINING_VIEW), request.query_params
        standing = asked.get("standing", "")
        chosen = CertificateFilter(
            standing=standing if standing in CertificateStanding.values else "", words=asked.get("q", "")[:40]
        )
        page = certificate_page(actor_of(request), place, chosen, asked.get("after", ""))
        return Response({"results": CertificateSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(responses=CertificateSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One certificate."""
        return self._answer(int(pk))

    @extend_schema(request=NewCertificateSerializer, responses={201: CertificateSerializer})
    def create(self, request: Request) -> Response:
        """Record one that somebody else issued."""
        entered = _read(NewCertificateSerializer, request)
        place = place_asked(request, Permission.TRAINING_RECORD)
        name = entered.pop("kind")
        kind = next((one for one in kinds_in_use(place.corps_id) if one.name == name), None)
        if kind is None:
            raise Http404("no such kind")
        made = certificates.record_certificate(
            actor=actor_of(request), member_id=entered.pop("member"), kind_id=kind.pk, **entered
        )
        return self._answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=TrainingReasonSerializer, responses=CertificateSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Take it out of force, with a reason."""
        reason = _read(TrainingReasonSerializer, request)["reason"]
        certificates.revoke_certificate(actor=actor_of(request), certificate_id=int(pk), reason=reason)
        return self._answer(int(pk))

    @extend_schema(request=RenewalSerializer, responses={201: CertificateSerializer})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        """Issue it anew, in its place."""
        entered = _read(RenewalSerializer, request)
        made = certificates.renew_certificate(
            actor=actor_of(request), certificate_id=int(pk), on=entered["on"], reason=entered["reason"]
        )
        return self._answer(made.pk, status.HTTP_201_CREATED)

    def _answer(self, certificate_id: int, code: int = status.HTTP_200_OK) -> Response:
        found = certificate_of(actor_of(self.request), certificate_id)
        return Response(CertificateSerializer(found).data, status=code)
