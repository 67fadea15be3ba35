"""Shapes of equipment in the API; of members no more than the name."""

from typing import Any

from rest_framework import serializers

from corps.queries.scope import current_tree
from members.enums import ConfirmedBy, Counting, EquipmentPlace, LedgerAct
from members.models import EquipmentKind

MOST_LINES = 20_000
MOST_QUANTITY = 1_000_000
# Every number of this size is one in JSON and fits the keys of the database.
LARGEST_ID = 2**53


def _code(unit_id: int | None) -> str | None:
    return current_tree().nodes[unit_id].code if unit_id is not None else None


def _id() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class KindSerializer(serializers.ModelSerializer[EquipmentKind]):
    """A kind of equipment; `value` is yuan per piece."""

    counting = serializers.ChoiceField(choices=Counting.choices)

    class Meta:
        model = EquipmentKind
        fields = [  # noqa: RUF012
            *("id", "name", "counting", "measure", "sizes", "value"),
            *("returnable", "most_per_member", "lasts_months"),
        ]


class StoreSerializer(serializers.Serializer[Any]):
    """A store of a unit."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the unit.")
    name = serializers.CharField()
    place = serializers.CharField()
    keeper = serializers.CharField()

    def get_unit(self, store: Any) -> str | None:
        return _code(store.unit_id)


class StockSerializer(serializers.Serializer[Any]):
    """So many of a kind in one place of a store; `numbers` of a kind that has them."""

    place = serializers.ChoiceField(choices=EquipmentPlace.choices)
    kind = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.CharField()
    quantity = serializers.IntegerField()
    numbers = serializers.ListField(child=serializers.CharField())


class StoreWithStockSerializer(StoreSerializer):
    """A store and what lies in it."""

    stock = StockSerializer(many=True)


class HoldingSerializer(serializers.Serializer[Any]):
    """What one member, or a unit for its use, holds of a kind."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the unit where it counts.")
    place = serializers.ChoiceField(choices=EquipmentPlace.choices)
    member = serializers.IntegerField(source="member_id", allow_null=True)
    member_name = serializers.SerializerMethodField()
    store = serializers.IntegerField(source="store_id")
    kind = serializers.IntegerField(source="kind_id")
    kind_name = serializers.CharField(source="kind.name")
    size = serializers.CharField()
    number = serializers.SerializerMethodField()
    quantity = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)

    def get_unit(self, held: Any) -> str | None:
        return _code(held.unit_id)

    def get_member_name(self, held: Any) -> str:
        return held.member.name if held.member is not None else ""

    def get_number(self, held: Any) -> str:
        return held.article.number if held.article is not None else ""


class HoldingPageSerializer(serializers.Serializer[Any]):
    """A page; `next` is the cursor for `after`, empty at the end."""

    results = HoldingSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class VoucherRowSerializer(serializers.Serializer[Any]):
    """A voucher as lists show one."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the unit that acted.")
    act = serializers.ChoiceField(choices=LedgerAct.choices)
    on = serializers.DateField()
    reason = serializers.CharField()
    follows = serializers.IntegerField(source="follows_id", allow_null=True)
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
    reversed_by = serializers.SerializerMethodField(help_text="The voucher that reverses it, if there is one.")

    def get_unit(self, voucher: Any) -> str | None:
        return _code(voucher.unit_id)

    def get_reversed_by(self, voucher: Any) -> int | None:
        reversal = getattr(voucher, "reversed_by", None)
        return reversal.pk if reversal is not None else None


class VoucherPageSerializer(serializers.Serializer[Any]):
    """A page, newest first; `next` is the cursor for `after`, empty at the end."""

    results = VoucherRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class MovementSerializer(serializers.Serializer[Any]):
    """A line of a voucher: so many of a kind from one place to another; an empty place is outside the corps."""

    id = serializers.IntegerField()
    kind = serializers.IntegerField(source="kind_id")
    size = serializers.CharField()
    number = serializers.SerializerMethodField()
    quantity = serializers.IntegerField()
    from_place = serializers.CharField()
    from_store = serializers.IntegerField(source="from_store_id", allow_null=True)
    from_unit = serializers.SerializerMethodField()
    from_member = serializers.IntegerField(source="from_member_id", allow_null=True)
    to_place = serializers.CharField()
    to_store = serializers.IntegerField(source="to_store_id", allow_null=True)
    to_unit = serializers.SerializerMethodField()
    to_member = serializers.IntegerField(source="to_member_id", allow_null=True)
    due_on = serializers.DateField(allow_null=True)

    def get_number(self, line: Any) -> str:
        return line.article.number if line.article is not None else ""

    def get_from_unit(self, line: Any) -> str | None:
        return _code(line.from_unit_id)

    def get_to_unit(self, line: Any) -> str | None:
        return _code(line.to_unit_id)


class ConfirmationSerializer(serializers.Serializer[Any]):
    """Whether a member has confirmed what the voucher gave them."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    due_on = serializers.DateField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    how = serializers.ChoiceField(choices=ConfirmedBy.choices, allow_blank=True)


class VoucherSerializer(serializers.Serializer[Any]):
    """A voucher with the lines the caller may see; `whole` says whether these are all."""

    voucher = VoucherRowSerializer()
    whole = serializers.BooleanField()
    lines = MovementSerializer(many=True)
    confirmations = ConfirmationSerializer(many=True)


class _ActSerializer(serializers.Serializer[Any]):
    """What every act takes. `token` is made by the caller, once for each act: sent again it is the same voucher."""

    token = serializers.UUIDField()
    on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class IssueLineSerializer(serializers.Serializer[Any]):
    """To a member: so many of a kind in a size, or the thing with a number."""

    member = _id()
    kind = _id()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_QUANTITY, required=False, default=1)
    size = serializers.CharField(max_length=8, required=False, default="", allow_blank=True)
    number = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class IssueSerializer(_ActSerializer):
    """An issue; `reason` is needed where somebody gets more than they are entitled to."""

    due_on = serializers.DateField(required=False)
    lines = serializers.ListField(child=IssueLineSerializer(), allow_empty=False, max_length=MOST_LINES)


class ReturnLineSerializer(serializers.Serializer[Any]):
    """How many of a holding come back good and how many broken."""

    holding = _id()
    good = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY, required=False, default=0)
    broken = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY, required=False, default=0)


class ReturnSerializer(_ActSerializer):
    """Things that come back."""

    lines = serializers.ListField(child=ReturnLineSerializer(), allow_empty=False, max_length=MOST_LINES)


class SignedSerializer(serializers.Serializer[Any]):
    """Members who have signed."""

    members = serializers.ListField(child=_id(), allow_empty=False, max_length=MOST_LINES)


class ArrivalLineSerializer(serializers.Serializer[Any]):
    """How much of a line of the transfer arrived good and how much broken; what is missing needs the reason."""

    line = _id()
    good = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY, required=False, default=0)
    broken = serializers.IntegerField(min_value=0, max_value=MOST_QUANTITY, required=False, default=0)


class ArrivalSerializer(_ActSerializer):
    """What arrived of a transfer; lines that are not named stay on their way."""

    lines = serializers.ListField(child=ArrivalLineSerializer(), allow_empty=False, max_length=MOST_LINES)
