"""/api/v1/duplicates/, /mergers/ and /distinctions/: records that may be one person's, decided as on the pages."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import current_tree
from incidents.operations.merging import merge_members
from members.enums import MemberStatus
from members.models import Distinction, Member, Merger
from members.operations.duplicates import list_again, tell_apart
from members.queries.duplicates import probable_twins, told_apart

_UNIT = OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several.")


class DuplicateRecordSerializer(serializers.Serializer[Any]):
    """One of two records; the identity number is masked."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    identity = serializers.SerializerMethodField(help_text="Masked.")
    birth_date = serializers.DateField()
    unit = serializers.SerializerMethodField(help_text="Code of the home unit.")
    status = serializers.ChoiceField(choices=MemberStatus.choices)

    def get_identity(self, member: Member) -> str:
        return f"{member.identity_head}***********{member.identity_tail}"

    def get_unit(self, member: Member) -> str:
        return current_tree().nodes[member.unit_id].code


class DuplicatePairSerializer(serializers.Serializer[Any]):
    """Two records that may be one person's, and what they share."""

    one = DuplicateRecordSerializer()
    other = DuplicateRecordSerializer()
    same_birth = serializers.BooleanField()
    same_phone = serializers.BooleanField()


class DuplicateViewSet(viewsets.GenericViewSet[Member]):
    """Probable duplicates where the caller may merge."""

    serializer_class = DuplicatePairSerializer
    queryset = Member.objects.none()

    @extend_schema(parameters=[_UNIT], responses=DuplicatePairSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Pairs with at least one record in the unit or below it; a hundred at most."""
        unit = place_asked(request, Permission.MEMBER_MERGE)
        return Response(DuplicatePairSerializer(probable_twins(actor_of(request), unit), many=True).data)


class MergeSerializer(serializers.Serializer[Any]):
    """Which record is closed and which one remains."""

    merged = serializers.IntegerField(min_value=1)
    into = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=200)


class MergerSerializer(serializers.Serializer[Any]):
    """A merger; `carried` says how many rows of which kind were handed over."""

    id = serializers.IntegerField()
    merged = serializers.IntegerField(source="merged_id")
    into = serializers.IntegerField(source="into_id")
    reason = serializers.CharField()
    merged_at = serializers.DateTimeField()
    carried = serializers.DictField(child=serializers.IntegerField())


class MergerViewSet(viewsets.GenericViewSet[Merger]):
    """Merging two records of one person. It cannot be undone."""

    serializer_class = MergerSerializer
    queryset = Merger.objects.none()

    @extend_schema(request=MergeSerializer, responses={201: MergerSerializer})
    def create(self, request: Request) -> Response:
        """Hand everything of one record over to the other; refused with each thing they cannot share."""
        entered = MergeSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        asked = entered.validated_data
        made = merge_members(
            actor=actor_of(request), merged_id=asked["merged"], into_id=asked["into"], reason=asked["reason"]
        )
        return Response(MergerSerializer(made).data, status=status.HTTP_201_CREATED)


class TellApartSerializer(serializers.Serializer[Any]):
    """Two records, and how one knows that they belong to two people."""

    one = serializers.IntegerField(min_value=1)
    other = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=200)


class DistinctionSerializer(serializers.Serializer[Any]):
    """A pair of two people."""

    id = serializers.IntegerField()
    one = DuplicateRecordSerializer()
    other = DuplicateRecordSerializer()
    reason = serializers.CharField()
    told_at = serializers.DateTimeField()


class DistinctionViewSet(viewsets.GenericViewSet[Distinction]):
    """Pairs that were told apart where the caller may merge."""

    serializer_class = DistinctionSerializer
    queryset = Distinction.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(parameters=[_UNIT], responses=DistinctionSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Pairs of a unit and everything below it, the latest first; a hundred at most."""
        unit = place_asked(request, Permission.MEMBER_MERGE)
        return Response(DistinctionSerializer(told_apart(actor_of(request), unit), many=True).data)

    @extend_schema(request=TellApartSerializer, responses={201: DistinctionSerializer})
    def create(self, request: Request) -> Response:
        """Say that two records belong to two people."""
        entered = TellApartSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        asked = entered.validated_data
        told = tell_apart(actor=actor_of(request), one_id=asked["one"], other_id=asked["other"], reason=asked["reason"])
        return Response(DistinctionSerializer(told).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Let the pair be listed again."""
        list_again(actor=actor_of(request), distinction_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
