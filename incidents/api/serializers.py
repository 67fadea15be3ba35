"""Shapes of incidents in the API; parties are masked as on every other door."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from corps.api.fields import MomentField
from corps.queries.scope import current_tree
from incidents.enums import EntryKind, IncidentCategory, IncidentState, PartyRole
from incidents.logic.parties import LIMITS
from incidents.models import Incident, Party
from incidents.operations.cleaning import MOST_PARTICIPANTS, NUMBER_LIMITS, TEXT_LIMITS
from incidents.queries.log import log_lines

MOST_PARTIES = 50


class IncidentKindSerializer(serializers.Serializer[Any]):
    """A kind of incident; `asks_quantity` names what `quantity` means, empty where one incident is one."""

    code = serializers.CharField()
    name = serializers.CharField()
    category = serializers.ChoiceField(choices=IncidentCategory.choices)
    asks_quantity = serializers.CharField(allow_blank=True)


class IncidentRowSerializer(serializers.Serializer[Any]):
    """An incident as lists show one."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the unit.")
    kind = serializers.CharField(source="kind.code")
    category = serializers.ChoiceField(choices=IncidentCategory.choices)
    state = serializers.ChoiceField(choices=IncidentState.choices)
    occurred_at = MomentField()
    place = serializers.CharField()
    account = serializers.CharField()
    quantity = serializers.IntegerField()
    verified_at = MomentField(allow_null=True)

    def get_unit(self, incident: Incident) -> str:
        return current_tree().nodes[incident.unit_id].code


class IncidentPageSerializer(serializers.Serializer[Any]):
    """A page, newest first; `next` and `previous` are cursors for `after` and `before`, empty at the ends."""

    results = IncidentRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)
    previous = serializers.CharField(allow_blank=True)


class ParticipantSerializer(serializers.Serializer[Any]):
    """A member who took part, with the home unit of that time."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    unit = serializers.CharField(source="unit.code")


class PartySerializer(serializers.ModelSerializer[Party]):
    """A party, masked."""

    class Meta:
        model = Party
        fields = ["id", "role", "shown"]  # noqa: RUF012


class IncidentLogLineSerializer(serializers.Serializer[Any]):
    """An entry of the log; `changes` has what a field was and is, in words."""

    id = serializers.IntegerField()
    at = MomentField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    author = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    changes = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.DictField(child=serializers.CharField())))
    def get_changes(self, line: Any) -> list[dict[str, str]]:
        return [{"field": one.label, "old": one.old, "new": one.new} for one in line.changes]


class IncidentSerializer(IncidentRowSerializer):
    """Everything about one incident that whoever may see it reads."""

    shift = serializers.IntegerField(source="shift_id", allow_null=True)
    latitude = serializers.FloatField(allow_null=True, help_text="WGS-84.")
    longitude = serializers.FloatField(allow_null=True, help_text="WGS-84.")
    grid = serializers.CharField(source="grid.code", allow_null=True, default=None)
    outcome = serializers.CharField()
    materials = serializers.IntegerField()
    people_reached = serializers.IntegerField()
    recorded_by = serializers.CharField(source="recorded_by.display_name", allow_null=True, default=None)
    recorded_at = MomentField()
    verified_by = serializers.CharField(source="verified_by.display_name", allow_null=True, default=None)
    participants = ParticipantSerializer(many=True)
    parties = PartySerializer(many=True)
    log = serializers.SerializerMethodField()

    @extend_schema_field(IncidentLogLineSerializer(many=True))
    def get_log(self, incident: Incident) -> Any:
        return IncidentLogLineSerializer(log_lines(incident), many=True).data


class NewPartySerializer(serializers.Serializer[Any]):
    """A party as it is entered; what is entered is sealed and comes back masked."""

    role = serializers.ChoiceField(choices=PartyRole.choices)
    name = serializers.CharField(max_length=LIMITS["name"], required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=LIMITS["phone"], required=False, default="", allow_blank=True)
    identity = serializers.CharField(max_length=LIMITS["identity"], required=False, default="", allow_blank=True)
    address = serializers.CharField(max_length=LIMITS["address"], required=False, default="", allow_blank=True)
    remarks = serializers.CharField(max_length=LIMITS["remarks"], required=False, default="", allow_blank=True)


def _number(name: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=NUMBER_LIMITS[name], required=False)


class IncidentToldSerializer(serializers.Serializer[Any]):
    """What may be told of an incident."""

    unit = serializers.CharField(max_length=30, required=False, help_text="Code of the unit.")
    kind = serializers.CharField(max_length=20, required=False, help_text="Code of the kind.")
    occurred_at = MomentField(required=False)
    account = serializers.CharField(max_length=TEXT_LIMITS["account"], required=False)
    place = serializers.CharField(max_length=TEXT_LIMITS["place"], required=False, allow_blank=True)
    latitude = serializers.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    longitude = serializers.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)
    grid = serializers.CharField(max_length=30, required=False, allow_null=True, help_text="Code of the grid.")
    shift = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    outcome = serializers.CharField(max_length=TEXT_LIMITS["outcome"], required=False, allow_blank=True)
    quantity = _number("quantity")
    materials = _number("materials")
    people_reached = _number("people_reached")
    participants = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=MOST_PARTICIPANTS,
        required=False,
        help_text="Ids of members.",
    )


class IncidentChangeSerializer(IncidentToldSerializer):
    """What is absent stays."""

    seen = serializers.IntegerField(
        required=False, help_text="Id of the last log entry that was read; a change after it refuses this one."
    )


class NewIncidentSerializer(IncidentToldSerializer):
    """What a new incident needs; `submit` sends it to an officer at once."""

    unit = serializers.CharField(max_length=30, help_text="Code of the unit.")
    kind = serializers.CharField(max_length=20, help_text="Code of the kind.")
    occurred_at = MomentField()
    account = serializers.CharField(max_length=TEXT_LIMITS["account"])
    parties = serializers.ListField(child=NewPartySerializer(), required=False, max_length=MOST_PARTIES)
    submit = serializers.BooleanField(required=False, default=False)


class IncidentVerifySerializer(serializers.Serializer[Any]):
    """A remark is kept in the log; `seen` as when changing."""

    remark = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    seen = serializers.IntegerField(required=False)


class IncidentRemarkSerializer(serializers.Serializer[Any]):
    """What is to be corrected."""

    remark = serializers.CharField(max_length=200)


class IncidentReasonSerializer(serializers.Serializer[Any]):
    """Why; it is kept in the log and in the trail."""

    reason = serializers.CharField(max_length=200)


class IncidentNoteSerializer(serializers.Serializer[Any]):
    """A line of the log."""

    text = serializers.CharField(max_length=1000)


class IncidentQuerySerializer(serializers.Serializer[Any]):
    """What a list is narrowed to; days are local, `end` is the first that no longer belongs."""

    state = serializers.MultipleChoiceField(choices=IncidentState.choices, required=False)
    category = serializers.MultipleChoiceField(choices=IncidentCategory.choices, required=False)
    kind = serializers.CharField(required=False, max_length=20)
    first = serializers.DateField(required=False)
    end = serializers.DateField(required=False)
    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    after = serializers.CharField(required=False, max_length=40, allow_blank=True, default="")
    before = serializers.CharField(required=False, max_length=40, allow_blank=True, default="")
    unit = serializers.CharField(required=False, max_length=30)
