"""/api/v1/members/: the roster as other systems see and change it; masked like every other door."""

import datetime as dt
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, local_today, see_unit
from members.enums import EVER_MEMBERS, Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.models import Member
from members.operations import people
from members.queries.life import Spell, homes_of, homes_on, status_on, statuses_of
from members.queries.people import see_member
from members.queries.roster import RosterFilter, Row, list_members, within


class MemberRowSerializer(serializers.Serializer[Any]):
    """A member as lists show one."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the home unit.")
    name = serializers.CharField()
    identity = serializers.CharField(help_text="Masked.")
    sex = serializers.ChoiceField(choices=Sex.choices)
    birth_date = serializers.DateField()
    phone = serializers.CharField(help_text="Masked unless the caller may see phone numbers in this unit.")
    occupation = serializers.ChoiceField(choices=Occupation.choices, allow_blank=True)
    employer = serializers.CharField()
    political_status = serializers.ChoiceField(choices=PoliticalStatus.choices, allow_blank=True)
    education = serializers.ChoiceField(choices=Education.choices, allow_blank=True)
    roles = serializers.ListField(child=serializers.ChoiceField(choices=MemberRole.choices))
    joined_on = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=MemberStatus.choices)

    def get_unit(self, row: Row) -> str:
        return current_tree().nodes[row.unit_id].code


class MemberPageSerializer(serializers.Serializer[Any]):
    """A page of the roster; `next` and `previous` are cursors for `after` and `before`, empty at the ends."""

    results = MemberRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)
    previous = serializers.CharField(allow_blank=True)


class MemberSerializer(serializers.ModelSerializer[Member]):
    """Everything about one member; the identity number stays masked (see the route that reveals it)."""

    unit = serializers.CharField(source="unit.code")
    identity = serializers.SerializerMethodField(help_text="Masked.")
    phone = serializers.SerializerMethodField()
    emergency_phone = serializers.SerializerMethodField()
    groups: Any = serializers.SlugRelatedField("name", many=True, read_only=True)
    partner: Any = serializers.StringRelatedField()
    grid: Any = serializers.StringRelatedField()

    class Meta:
        model = Member
        fields = [  # noqa: RUF012
            "id",
            "unit",
            "name",
            "identity",
            "sex",
            "birth_date",
            "phone",
            "occupation",
            "employer",
            "address",
            "grid",
            "political_status",
            "education",
            "skills",
            "roles",
            "groups",
            "joined_on",
            "status",
            "status_reason",
            "status_on",
            "emergency_name",
            "emergency_phone",
            "insurer",
            "policy_number",
            "insured_until",
            "recruiter",
            "partner",
            "remarks",
            "updated_at",
        ]

    def get_identity(self, member: Member) -> str:
        return f"{member.identity_head}***********{member.identity_tail}"

    def get_phone(self, member: Member) -> str:
        return self._number(member, member.phone)

    def get_emergency_phone(self, member: Member) -> str:
        return self._number(member, member.emergency_phone)

    def _number(self, member: Member, number: str) -> str:
        shown = allowed(actor_of(self.context["request"]), Permission.MEMBER_PHONE, member.unit_id)
        return number if shown else mask_phone(number)


class ParticularsSerializer(serializers.Serializer[Any]):
    """What may be set about a member. Values are cleaned like the cells of a roster."""

    name = serializers.CharField(max_length=50, required=False)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    occupation = serializers.CharField(max_length=40, required=False, allow_blank=True)
    employer = serializers.CharField(max_length=200, required=False, allow_blank=True)
    address = serializers.CharField(max_length=400, required=False, allow_blank=True)
    political_status = serializers.CharField(max_length=40, required=False, allow_blank=True)
    education = serializers.CharField(max_length=40, required=False, allow_blank=True)
    skills = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    roles = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    joined_on = serializers.CharField(max_length=40, required=False, allow_blank=True)
    emergency_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    emergency_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    insurer = serializers.CharField(max_length=100, required=False, allow_blank=True)
    policy_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    insured_until = serializers.CharField(max_length=40, required=False, allow_blank=True)
    recruiter = serializers.CharField(max_length=50, required=False, allow_blank=True)
    remarks = serializers.CharField(max_length=400, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class EnrolSerializer(ParticularsSerializer):
    """What enrolling needs beside the particulars."""

    unit = serializers.CharField(max_length=30, help_text="Code of the home unit.")
    identity = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=50)


class TransferSerializer(serializers.Serializer[Any]):
    """The new home unit, by code, and since when."""

    unit = serializers.CharField(max_length=30)
    reason = serializers.CharField(max_length=200)
    on = serializers.DateField(required=False)
    carry = serializers.BooleanField(
        required=False, default=False, help_text="Hand over equipment of stores that do not supply the new unit."
    )


class StatusSerializer(serializers.Serializer[Any]):
    """The new status; some need a reason."""

    status = serializers.ChoiceField(choices=MemberStatus.choices)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    on = serializers.DateField(required=False)


class DaySerializer(serializers.Serializer[Any]):
    """The day that is asked about; today without one."""

    on = serializers.DateField(required=False)


class StatusSpellSerializer(serializers.Serializer[Any]):
    """A status from its first day until the first that no longer belongs; null where open."""

    status = serializers.ChoiceField(choices=MemberStatus.choices, source="value")
    first = serializers.DateField(allow_null=True)
    end = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class HomeSpellSerializer(serializers.Serializer[Any]):
    """A home unit, by code, in the same way."""

    unit = serializers.SerializerMethodField()
    first = serializers.DateField(allow_null=True)
    end = serializers.DateField(allow_null=True)
    reason = serializers.CharField()

    def get_unit(self, spell: Spell) -> str:
        return current_tree().nodes[spell.value].code


class MemberLifeSerializer(serializers.Serializer[Any]):
    """What a member was and where at home on a day, and all of it in order. Null: nothing known of that day."""

    on = serializers.DateField()
    status = serializers.ChoiceField(choices=MemberStatus.choices, allow_null=True)
    unit = serializers.CharField(allow_null=True)
    statuses = StatusSpellSerializer(many=True)
    homes = HomeSpellSerializer(many=True)


class RevealSerializer(serializers.Serializer[Any]):
    """Why the number is needed; it is kept in the trail."""

    reason = serializers.CharField(max_length=200)


class IdentitySerializer(serializers.Serializer[Any]):
    """A full identity number."""

    identity = serializers.CharField()


class MemberViewSet(viewsets.GenericViewSet[Member]):
    """Members the caller may see."""

    serializer_class = MemberSerializer
    queryset = Member.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several."),
            OpenApiParameter("q", str, description="Name, pinyin, phone or identity number."),
            OpenApiParameter(
                "status",
                str,
                enum=MemberStatus.values,
                many=True,
                description="Without it members and who was one: no applicants, nobody turned down, no merged records.",
            ),
            OpenApiParameter("occupation", str, enum=Occupation.values, many=True),
            OpenApiParameter("after", str, description="Cursor of the page before."),
            OpenApiParameter("before", str, description="Cursor of the page after."),
        ],
        responses=MemberPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """A page of the roster in the order of names; nothing is counted."""
        asked = request.query_params
        statuses = tuple(s for s in asked.getlist("status") if s in MemberStatus.values)
        page = list_members(
            actor=actor_of(request),
            place=within(actor_of(request), place_asked(request, Permission.MEMBER_VIEW)),
            typed=asked.get("q", ""),
            chosen=RosterFilter(
                statuses=statuses or EVER_MEMBERS,
                occupations=tuple(o for o in asked.getlist("occupation") if o in Occupation.values),
            ),
            after=asked.get("after", ""),
            before=asked.get("before", ""),
        )
        rows = MemberRowSerializer(page.rows, many=True).data
        return Response({"results": rows, "next": page.next, "previous": page.previous})

    @extend_schema(responses=MemberSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One member."""
        return self._answer(int(pk))

    @extend_schema(request=EnrolSerializer, responses={201: MemberSerializer})
    def create(self, request: Request) -> Response:
        """Enrol a person."""
        entered = self._entered(EnrolSerializer)
        member = people.enrol(
            actor=actor_of(request),
            unit_id=self._unit_id(entered.pop("unit")),
            identity=entered.pop("identity"),
            reason=entered.pop("reason"),
            particulars=entered,
        )
        return self._answer(member.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ParticularsSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some particulars; absent ones stay."""
        entered = self._entered(ParticularsSerializer)
        people.edit(
            actor=actor_of(request),
            member_id=int(pk),
            reason=entered.pop("reason"),
            particulars=entered,
        )
        return self._answer(int(pk))

    @extend_schema(request=TransferSerializer, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, pk: str) -> Response:
        """Move a member's home to another unit."""
        entered = self._entered(TransferSerializer)
        people.transfer(
            actor=actor_of(request),
            member_id=int(pk),
            unit_id=self._unit_id(entered["unit"]),
            reason=entered["reason"],
            on=entered.get("on"),
            carry=entered["carry"],
        )
        return self._answer(int(pk))

    @extend_schema(request=StatusSerializer, responses=MemberSerializer)
    @action(detail=True, methods=["post"], url_path="status")
    def set_status(self, request: Request, pk: str) -> Response:
        """Suspend, let go, take back."""
        entered = self._entered(StatusSerializer)
        people.change_status(
            actor=actor_of(request),
            member_id=int(pk),
            status=MemberStatus(entered["status"]),
            reason=entered["reason"],
            on=entered.get("on"),
        )
        return self._answer(int(pk))

    @extend_schema(
        parameters=[OpenApiParameter("on", dt.date, description="A day of the past; today without it.")],
        responses=MemberLifeSerializer,
    )
    @action(detail=True, methods=["get"])
    def life(self, request: Request, pk: str) -> Response:
        """Status and home on a day, and every one before and since."""
        member = see_member(actor_of(request), int(pk))
        asked = DaySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        on = min(asked.validated_data.get("on") or local_today(), local_today())
        status = status_on([member.pk], on).get(member.pk)
        found = {
            "on": on,
            "status": status,
            "unit": current_tree().nodes[homes_on([member.pk], on)[member.pk]].code if status else None,
            "statuses": statuses_of(member),
            "homes": homes_of(member),
        }
        return Response(MemberLifeSerializer(found).data)

    @extend_schema(request=RevealSerializer, responses=IdentitySerializer)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """The full identity number; needs the right and a reason, and is recorded."""
        number = people.reveal_identity(
            actor=actor_of(request),
            member_id=int(pk),
            reason=self._entered(RevealSerializer)["reason"],
        )
        return Response({"identity": number}, headers={"Cache-Control": "no-store"})

    def _unit_id(self, code: str) -> int:
        return see_unit(actor_of(self.request), code).id

    def _entered(self, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, member_id: int, code: int = status.HTTP_200_OK) -> Response:
        rows = Member.objects.visible_to(actor_of(self.request)).select_related("unit", "partner", "grid")
        member = get_object_or_404(rows.prefetch_related("groups"), pk=member_id)
        return Response(MemberSerializer(member, context={"request": self.request}).data, status=code)
