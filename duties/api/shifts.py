"""/api/v1/shifts/ and /api/v1/attendance/: planned, recorded, corrected and closed by other systems."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import current_tree, require, see_unit
from duties.api.serializers import (
    AttendanceCorrectionSerializer,
    AttendanceListSerializer,
    AttendancePageSerializer,
    AttendanceQuerySerializer,
    AttendanceSerializer,
    CheckInSerializer,
    CheckOutSerializer,
    ChosenMembersSerializer,
    DutyKindSerializer,
    DutyReasonSerializer,
    NewPhotoSerializer,
    NewShiftSerializer,
    OneMemberSerializer,
    PhotoSerializer,
    ShiftChangeSerializer,
    ShiftPageSerializer,
    ShiftQuerySerializer,
    ShiftResultsSerializer,
    ShiftRowSerializer,
    ShiftSerializer,
)
from duties.enums import AttendanceStatus, DutyCategory, ShiftState
from duties.logic.pictures import LARGEST
from duties.models import Attendance, Shift
from duties.operations import assignments, attendance, results, shifts
from duties.queries.kinds import kinds_of
from duties.queries.lists import AttendanceFilter, ShiftFilter, kind_named, page_of_attendance, page_of_shifts
from duties.queries.shifts import attendance_of, photo_of, shift_of

_UNIT = OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several.")
_DAYS = (
    OpenApiParameter("first", str, description="First local day, 2022-11-03."),
    OpenApiParameter("end", str, description="First local day that no longer belongs."),
    OpenApiParameter("after", str, description="Cursor of the page before."),
)
_PLAN = ("starts_at", "ends_at", "needed", "route", "police", "auxiliaries", "vehicles", "remarks")


class _Door(viewsets.GenericViewSet[Any]):
    """What both doors need."""

    lookup_value_regex = r"\d{1,18}"

    def entered(
        self, serializer_class: type[serializers.Serializer[Any]], data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The body (or `data`) as plain values. Raises a validation error that names every wrong field."""
        serializer = serializer_class(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class ShiftViewSet(_Door):
    """Shifts the caller may see: those of the own units, and those that the own units take part in."""

    serializer_class = ShiftSerializer
    queryset = Shift.objects.none()

    @extend_schema(
        parameters=[
            _UNIT,
            OpenApiParameter("state", str, enum=ShiftState.values, many=True),
            OpenApiParameter("category", str, enum=DutyCategory.values, many=True),
            OpenApiParameter("kind", str, description="Code of the kind."),
            *_DAYS,
        ],
        responses=ShiftPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of the shifts organised in the unit and below it, newest first; nothing is counted."""
        place = place_asked(request, Permission.DUTY_VIEW)
        asked = self.entered(ShiftQuerySerializer, request.query_params)
        chosen = ShiftFilter(
            states=tuple(asked.get("state", ())),
            categories=tuple(asked.get("category", ())),
            kind_id=kind_named(place.corps_id, asked["kind"]) if "kind" in asked else None,
            first=asked.get("first"),
            end=asked.get("end"),
        )
        page = page_of_shifts(actor_of(request), place, chosen, asked["after"])
        return Response({"results": ShiftRowSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(
        parameters=[OpenApiParameter("unit", str, description="Code of a unit of the corps; needed with several.")],
        responses=DutyKindSerializer(many=True),
    )
    @action(detail=False, methods=["get"])
    def kinds(self, request: Request) -> Response:
        """The corps' kinds of duty in use, whose codes other calls take."""
        place = place_asked(request, Permission.DUTY_VIEW)
        rows = kinds_of(actor_of(request)).filter(corps_id=place.corps_id, active=True)
        return Response(DutyKindSerializer(rows, many=True).data)

    @extend_schema(responses=ShiftSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One shift with its people, attendance and results."""
        return self._answer(int(pk))

    @extend_schema(request=NewShiftSerializer, responses={201: ShiftSerializer})
    def create(self, request: Request) -> Response:
        """Plan a shift with its people; all of it or nothing."""
        entered = self.entered(NewShiftSerializer)
        unit = see_unit(actor_of(request), entered["unit"])
        require(actor_of(request), Permission.DUTY_PLAN, unit.id)
        made = shifts.plan_shift(
            actor=actor_of(request),
            unit_id=unit.id,
            kind_id=kind_named(unit.corps_id, entered["kind"]),
            site_id=entered["site"],
            joint_unit_ids=self._units(entered["joint_units"]),
            member_ids=entered["members"],
            **{name: entered[name] for name in _PLAN},
        )
        return self._answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ShiftChangeSerializer, responses=ShiftSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the plan; what is absent stays."""
        entered = self.entered(ShiftChangeSerializer)
        found = shift_of(actor_of(request), int(pk))
        changes: dict[str, Any] = {name: entered[name] for name in _PLAN if name in entered}
        if "kind" in entered:
            changes["kind_id"] = kind_named(current_tree().nodes[found.unit_id].corps_id, entered["kind"])
        if "site" in entered:
            changes["site_id"] = entered["site"]
        if "joint_units" in entered:
            changes["joint_unit_ids"] = self._units(entered["joint_units"])
        shifts.edit_shift(
            actor=actor_of(request),
            shift_id=found.pk,
            member_ids=entered.get("members"),
            reason=entered["reason"],
            **changes,
        )
        return self._answer(found.pk)

    @extend_schema(request=DutyReasonSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call the shift off; its people are free again."""
        shifts.cancel_shift(actor=actor_of(request), shift_id=int(pk), **self.entered(DutyReasonSerializer))
        return self._answer(int(pk))

    @extend_schema(request=ChosenMembersSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Put members on the shift: all of them or none."""
        entered = self.entered(ChosenMembersSerializer)
        assignments.assign(actor=actor_of(request), shift_id=int(pk), member_ids=entered["members"])
        return self._answer(int(pk))

    @extend_schema(request=OneMemberSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="take-off", url_name="take-off")
    def take_off(self, request: Request, pk: str) -> Response:
        """Take a member off the shift."""
        entered = self.entered(OneMemberSerializer)
        assignments.take_off(actor=actor_of(request), shift_id=int(pk), member_id=entered["member"])
        return self._answer(int(pk))

    @extend_schema(request=CheckInSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="check-in", url_name="check-in")
    def check_in(self, request: Request, pk: str) -> Response:
        """A member has come."""
        entered = self.entered(CheckInSerializer)
        member_id = entered.pop("member")
        attendance.check_in(actor=actor_of(request), shift_id=int(pk), member_id=member_id, **entered)
        return self._answer(int(pk))

    @extend_schema(request=CheckOutSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"], url_path="check-out", url_name="check-out")
    def check_out(self, request: Request, pk: str) -> Response:
        """A member who was checked in leaves."""
        entered = self.entered(CheckOutSerializer)
        attendance.check_out(actor=actor_of(request), shift_id=int(pk), member_id=entered["member"], at=entered["at"])
        return self._answer(int(pk))

    @extend_schema(request=AttendanceListSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: str) -> Response:
        """Record a whole list; what is recorded the same way stays, what differs is refused."""
        entries = [
            attendance.Entry(
                member_id=one["member"],
                status=AttendanceStatus(one["status"]),
                checked_in_at=one["checked_in_at"],
                checked_out_at=one["checked_out_at"],
                replaced_by_id=one["replaced_by"],
            )
            for one in self.entered(AttendanceListSerializer)["entries"]
        ]
        attendance.record_list(actor=actor_of(request), shift_id=int(pk), entries=entries)
        return self._answer(int(pk))

    @extend_schema(request=ShiftResultsSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def results(self, request: Request, pk: str) -> Response:
        """Write down what the shift came to."""
        results.record_results(actor=actor_of(request), shift_id=int(pk), **self.entered(ShiftResultsSerializer))
        return self._answer(int(pk))

    @extend_schema(methods=["GET"], responses=PhotoSerializer(many=True))
    @extend_schema(
        methods=["POST"], request={"multipart/form-data": NewPhotoSerializer}, responses={201: PhotoSerializer}
    )
    @action(detail=True, methods=["get", "post"])
    def photos(self, request: Request, pk: str) -> Response:
        """Pictures of the shift, or one more; the same picture twice is one."""
        actor = actor_of(request)
        found = shift_of(actor, int(pk))
        if request.method == "GET":
            return Response(PhotoSerializer(found.photos.all(), many=True).data)
        # Before the upload is read.
        require(actor, Permission.DUTY_RECORD, found.unit_id)
        entered = self.entered(NewPhotoSerializer)
        # One byte more than is allowed is enough to be refused, whatever the size of the file.
        content = entered["photo"].read(LARGEST + 1)
        made = results.add_photo(actor=actor, shift_id=found.pk, content=content, caption=entered["caption"])
        return Response(PhotoSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["GET"], responses={(200, "image/*"): OpenApiTypes.BINARY})
    @extend_schema(methods=["DELETE"], responses={204: None})
    @action(detail=True, methods=["get", "delete"], url_path=r"photos/(?P<photo_id>\d{1,18})")
    def photo(self, request: Request, pk: str, photo_id: str) -> HttpResponse:
        """One picture itself; or its removal from a shift that is not closed."""
        if request.method == "DELETE":
            results.remove_photo(actor=actor_of(request), shift_id=int(pk), photo_id=int(photo_id))
            return Response(status=status.HTTP_204_NO_CONTENT)
        content, content_type = photo_of(actor_of(request), int(pk), int(photo_id))
        return HttpResponse(content, content_type=content_type, headers={"Cache-Control": "private, no-store"})

    @extend_schema(request=None, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the shift; it counts from now on."""
        results.close_shift(actor=actor_of(request), shift_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=DutyReasonSerializer, responses=ShiftSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a closed shift up again; until it is closed anew it does not count."""
        results.reopen_shift(actor=actor_of(request), shift_id=int(pk), **self.entered(DutyReasonSerializer))
        return self._answer(int(pk))

    def _units(self, codes: Sequence[str]) -> Sequence[int]:
        return [see_unit(actor_of(self.request), code).id for code in codes]

    def _answer(self, shift_id: int, code: int = status.HTTP_200_OK) -> Response:
        return Response(ShiftSerializer(shift_of(actor_of(self.request), shift_id)).data, status=code)


class AttendanceViewSet(_Door):
    """Records of members of the units the caller may see, and of shifts there."""

    serializer_class = AttendanceSerializer
    queryset = Attendance.objects.none()

    @extend_schema(
        parameters=[
            _UNIT,
            OpenApiParameter("status", str, enum=AttendanceStatus.values, many=True),
            OpenApiParameter("category", str, enum=DutyCategory.values, many=True),
            OpenApiParameter("member", int),
            OpenApiParameter("shift", int),
            OpenApiParameter("corrected", bool, description="Also what was corrected and counts no longer."),
            *_DAYS,
        ],
        responses=AttendancePageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of the attendance of members of the unit and below it, newest first; nothing is counted."""
        place = place_asked(request, Permission.DUTY_VIEW)
        asked = self.entered(AttendanceQuerySerializer, request.query_params)
        chosen = AttendanceFilter(
            statuses=tuple(asked.get("status", ())),
            categories=tuple(asked.get("category", ())),
            member_id=asked.get("member"),
            shift_id=asked.get("shift"),
            first=asked.get("first"),
            end=asked.get("end"),
            corrected=asked["corrected"],
        )
        page = page_of_attendance(actor_of(request), place, chosen, asked["after"])
        return Response({"results": AttendanceSerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(responses=AttendanceSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One record."""
        return Response(AttendanceSerializer(attendance_of(actor_of(request), int(pk))).data)

    @extend_schema(request=AttendanceCorrectionSerializer, responses={201: AttendanceSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Write what really was, as a new record in the place of this one."""
        entered = self.entered(AttendanceCorrectionSerializer)
        made = attendance.correct(
            actor=actor_of(request),
            attendance_id=int(pk),
            status=AttendanceStatus(entered["status"]),
            checked_in_at=entered["checked_in_at"],
            checked_out_at=entered["checked_out_at"],
            replaced_by_id=entered["replaced_by"],
            reason=entered["reason"],
        )
        body = AttendanceSerializer(attendance_of(actor_of(request), made.pk)).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=DutyReasonSerializer, responses=AttendanceSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Declare that the record should not have been made; it counts no longer."""
        attendance.withdraw(actor=actor_of(request), attendance_id=int(pk), **self.entered(DutyReasonSerializer))
        return Response(AttendanceSerializer(attendance_of(actor_of(request), int(pk))).data)
