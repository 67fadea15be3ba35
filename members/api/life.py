"""/api/v1/transfers/, /moves/ and /proposals/: what is asked about members, decided as on the pages."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.place import place_asked
from corps.doors import actor_of
from corps.logic.masking import mask_phone
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, see_unit
from members.enums import MoveState, MoveVerdict, ProposalState, TransferState
from members.models import Move, Proposal, TransferRequest
from members.operations import moves, proposals, transfers
from members.queries.asking import (
    LISTED,
    corps_of,
    move_rows,
    proposals_settled,
    proposals_waiting,
    see_move,
    see_proposal,
    transfers_asked,
    transfers_settled,
    transfers_waiting,
    unit_of_corps,
)

_PHONES = frozenset({"phone", "emergency_phone"})
_CARRY = "Hand over equipment of stores that do not supply the receiving unit."
_UNIT = OpenApiParameter("unit", str, description="Code of the unit whose subtree is listed; needed with several.")


def _code(unit_id: int) -> str:
    return current_tree().nodes[unit_id].code


class TransferRequestSerializer(serializers.Serializer[Any]):
    """A transfer request; identity numbers are masked."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    identity = serializers.SerializerMethodField(help_text="Masked.")
    from_unit = serializers.SerializerMethodField(help_text="Code of the giving unit.")
    to_unit = serializers.SerializerMethodField(help_text="Code of the receiving unit.")
    reason = serializers.CharField()
    carry = serializers.BooleanField(help_text="Equipment is handed over with the member.")
    state = serializers.ChoiceField(choices=TransferState.choices)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    remark = serializers.CharField()

    def get_identity(self, one: TransferRequest) -> str:
        return f"{one.member.identity_head}***********{one.member.identity_tail}"

    def get_from_unit(self, one: TransferRequest) -> str:
        return _code(one.from_unit_id)

    def get_to_unit(self, one: TransferRequest) -> str:
        return _code(one.to_unit_id)


class TransferRequestListSerializer(serializers.Serializer[Any]):
    """What waits for the unit, what it asked, and what was settled last; a hundred of each at most."""

    waiting = TransferRequestSerializer(many=True)
    asked = TransferRequestSerializer(many=True)
    settled = TransferRequestSerializer(many=True)


class AskSerializer(serializers.Serializer[Any]):
    """Whom to ask for: the receiving unit by code, name or path."""

    member = serializers.IntegerField(min_value=1)
    unit = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=200)
    carry = serializers.BooleanField(required=False, default=False, help_text=_CARRY)


class RemarkSerializer(serializers.Serializer[Any]):
    """What the other side reads."""

    remark = serializers.CharField(max_length=200)


class _Entered(viewsets.GenericViewSet[Any]):
    """Reads the body of a request."""

    lookup_value_regex = r"\d{1,18}"

    def entered(self, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, as the serializer understands it."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class TransferViewSet(_Entered):
    """Transfer requests from and to units the caller sees."""

    serializer_class = TransferRequestSerializer
    queryset = TransferRequest.objects.none()

    @extend_schema(parameters=[_UNIT], responses=TransferRequestListSerializer)
    def list(self, request: Request) -> Response:
        """Requests of a unit and everything below it."""
        actor, unit = actor_of(request), place_asked(request, Permission.MEMBER_VIEW)
        found = {
            "waiting": transfers_waiting(actor, unit, limit=LISTED).rows,
            "asked": transfers_asked(actor, unit).rows,
            "settled": transfers_settled(actor, unit),
        }
        return Response(TransferRequestListSerializer(found).data)

    @extend_schema(request=AskSerializer, responses={201: TransferRequestSerializer})
    def create(self, request: Request) -> Response:
        """Ask another unit to take a member."""
        entered = self.entered(AskSerializer)
        actor = actor_of(request)
        corps_id = corps_of(actor, entered["member"])
        made = transfers.ask_transfer(
            actor=actor,
            member_id=entered["member"],
            unit_id=unit_of_corps(entered["unit"], corps_id).id,
            reason=entered["reason"],
            carry=entered["carry"],
        )
        return Response(TransferRequestSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=TransferRequestSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take the member."""
        done = transfers.accept_transfer(actor=actor_of(request), request_id=int(pk))
        return Response(TransferRequestSerializer(done).data)

    @extend_schema(request=RemarkSerializer, responses=TransferRequestSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Say no, with a remark."""
        remark = self.entered(RemarkSerializer)["remark"]
        done = transfers.return_transfer(actor=actor_of(request), request_id=int(pk), remark=remark)
        return Response(TransferRequestSerializer(done).data)

    @extend_schema(request=None, responses=TransferRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Ask no longer."""
        done = transfers.withdraw_transfer(actor=actor_of(request), request_id=int(pk))
        return Response(TransferRequestSerializer(done).data)


class MovedSerializer(serializers.Serializer[Any]):
    """One member of a move."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    from_unit = serializers.SerializerMethodField(help_text="Code of the unit before.")
    verdict = serializers.ChoiceField(choices=MoveVerdict.choices)
    obstacle = serializers.CharField()

    def get_from_unit(self, row: Any) -> str:
        return _code(row.from_unit_id)


class MoveSerializer(serializers.Serializer[Any]):
    """A bulk move and a page of its members; `next` goes into `after`, and is empty at the end."""

    id = serializers.IntegerField(source="move.pk")
    unit = serializers.SerializerMethodField(help_text="Code of the unit in which the members were chosen.")
    target = serializers.SerializerMethodField(help_text="Code of the new home unit.")
    reason = serializers.CharField(source="move.reason")
    carry = serializers.BooleanField(source="move.carry", help_text="Equipment is handed over with the members.")
    state = serializers.ChoiceField(choices=MoveState.choices, source="move.state")
    counts = serializers.DictField(child=serializers.IntegerField(), source="move.counts")
    asked_at = serializers.DateTimeField(source="move.asked_at", allow_null=True)
    answered_at = serializers.DateTimeField(source="move.answered_at", allow_null=True)
    remark = serializers.CharField(source="move.remark")
    undo_until = serializers.DateTimeField(source="move.undo_until", allow_null=True)
    members = MovedSerializer(many=True)
    next = serializers.CharField(allow_blank=True)

    def get_unit(self, found: dict[str, Any]) -> str:
        return _code(found["move"].unit_id)

    def get_target(self, found: dict[str, Any]) -> str:
        return _code(found["move"].target_id)


class PrepareSerializer(serializers.Serializer[Any]):
    """Whom to move out of a unit and those below it, and where to; units by code.

    With `asking` the receiving unit is one for which the caller does not decide: it will be asked.
    """

    unit = serializers.CharField(max_length=30)
    target = serializers.CharField(max_length=30)
    members = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=moves.MOST)
    reason = serializers.CharField(max_length=200)
    carry = serializers.BooleanField(required=False, default=False, help_text=_CARRY)
    asking = serializers.BooleanField(required=False, default=False)


class MoveViewSet(_Entered):
    """Bulk moves out of units whose members the caller edits, and those that such units were asked to take."""

    serializer_class = MoveSerializer
    queryset = Move.objects.none()

    @extend_schema(request=PrepareSerializer, responses={201: MoveSerializer})
    def create(self, request: Request) -> Response:
        """Prepare a move; nobody is moved yet."""
        entered, actor = self.entered(PrepareSerializer), actor_of(request)
        unit, asking = see_unit(actor, entered["unit"]), entered["asking"]
        target = unit_of_corps(entered["target"], unit.corps_id) if asking else see_unit(actor, entered["target"])
        made = moves.prepare_move(
            actor=actor,
            unit_id=unit.id,
            target_id=target.id,
            member_ids=entered["members"],
            reason=entered["reason"],
            asking=asking,
            carry=entered["carry"],
        )
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[
            OpenApiParameter("verdict", str, enum=MoveVerdict.values),
            OpenApiParameter("after", int, description="Cursor of the page before."),
        ],
        responses=MoveSerializer,
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """A move with who goes and who stays."""
        return self._answer(see_move(actor_of(request), int(pk)))

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        """Move them."""
        return self._answer(moves.apply_move(actor=actor_of(request), move_id=int(pk)))

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the receiving unit once for all of them."""
        return self._answer(moves.ask_move(actor=actor_of(request), move_id=int(pk)))

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take those who can still go."""
        return self._answer(moves.accept_move(actor=actor_of(request), move_id=int(pk)))

    @extend_schema(request=RemarkSerializer, responses=MoveSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Say no to all of them, with a remark."""
        remark = self.entered(RemarkSerializer)["remark"]
        return self._answer(moves.return_move(actor=actor_of(request), move_id=int(pk), remark=remark))

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Put back whom nobody has changed since."""
        return self._answer(moves.undo_move(actor=actor_of(request), move_id=int(pk)))

    @extend_schema(request=None, responses=MoveSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Drop a prepared move, or ask for it no longer."""
        return self._answer(moves.discard_move(actor=actor_of(request), move_id=int(pk)))

    def _answer(self, move: Move, code: int = status.HTTP_200_OK) -> Response:
        asked = self.request.query_params
        after = asked.get("after", "")
        page = move_rows(move, asked.get("verdict", ""), after=int(after) if after.isdigit() and len(after) < 19 else 0)
        following = str(page.rows[-1].pk) if page.number > len(page.rows) else ""
        found = {"move": move, "members": page.rows, "next": following}
        return Response(MoveSerializer(found).data, status=code)


class ProposalSerializer(serializers.Serializer[Any]):
    """A change that a member proposes; phone numbers are masked as in the record."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    state = serializers.ChoiceField(choices=ProposalState.choices)
    proposed_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    remark = serializers.CharField()
    entered = serializers.SerializerMethodField(help_text="Field → new value.")

    def get_entered(self, one: Proposal) -> dict[str, Any]:
        full = allowed(actor_of(self.context["request"]), Permission.MEMBER_PHONE, one.member.unit_id)
        return {
            name: mask_phone(value) if name in _PHONES and not full else value for name, value in one.entered.items()
        }


class ProposalListSerializer(serializers.Serializer[Any]):
    """What waits, and what was decided last; a hundred of each at most."""

    waiting = ProposalSerializer(many=True)
    settled = ProposalSerializer(many=True)


class ProposalViewSet(_Entered):
    """Changes proposed by members whom the caller edits."""

    serializer_class = ProposalSerializer
    queryset = Proposal.objects.none()

    @extend_schema(parameters=[_UNIT], responses=ProposalListSerializer)
    def list(self, request: Request) -> Response:
        """Proposals of members of a unit and everything below it."""
        actor, unit = actor_of(request), place_asked(request, Permission.MEMBER_EDIT)
        found = {
            "waiting": proposals_waiting(actor, unit, limit=LISTED).rows,
            "settled": proposals_settled(actor, unit),
        }
        return Response(ProposalListSerializer(found, context={"request": request}).data)

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Write it into the record."""
        proposals.approve(actor=actor_of(request), proposal_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=RemarkSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """Say no, with a remark."""
        remark = self.entered(RemarkSerializer)["remark"]
        proposals.return_proposal(actor=actor_of(request), proposal_id=int(pk), remark=remark)
        return self._answer(int(pk))

    def _answer(self, proposal_id: int) -> Response:
        found = see_proposal(actor_of(self.request), proposal_id)
        return Response(ProposalSerializer(found, context={"request": self.request}).data)
