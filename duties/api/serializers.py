"""Shapes of shifts and attendance in the API; of members no more than the name."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from corps.api.fields import MomentField
from corps.queries.scope import current_tree
from duties.enums import AttendanceStatus, DutyCategory, Mechanism, ShiftState

MOST_MEMBERS, MOST_JOINT = 500, 50
MOST_NUMBER = 9999
# Every number of this size is one in JSON and fits the keys of the database.
LARGEST_ID = 2**53


def _code(unit_id: int) -> str:
    return current_tree().nodes[unit_id].code


class DutyKindSerializer(serializers.Serializer[Any]):
    """A kind of duty; `needed`, `starts` and `minutes` are what planning proposes."""

    code = serializers.CharField()
    name = serializers.CharField()
    category = serializers.ChoiceField(choices=DutyCategory.choices)
    mechanism = serializers.ChoiceField(choices=Mechanism.choices)
    needed = serializers.IntegerField()
    starts = serializers.TimeField()
    minutes = serializers.IntegerField()


class ShiftRowSerializer(serializers.Serializer[Any]):
    """A shift as lists show one; `day` is the local day of its start."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the organising unit.")
    kind = serializers.CharField(source="kind.code")
    category = serializers.ChoiceField(choices=DutyCategory.choices)
    mechanism = serializers.ChoiceField(choices=Mechanism.choices)
    day = serializers.DateField()
    starts_at = MomentField()
    ends_at = MomentField()
    needed = serializers.IntegerField()
    planned = serializers.SerializerMethodField(help_text="Number of members put on the shift.")
    state = serializers.ChoiceField(choices=ShiftState.choices)

    def get_unit(self, shift: Any) -> str:
        return _code(shift.unit_id)

    def get_planned(self, shift: Any) -> int:
        return int(shift.planned)


class ShiftPageSerializer(serializers.Serializer[Any]):
    """A page, newest first; `next` is the cursor for `after`, empty at the end."""

    results = ShiftRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class PlannedSerializer(serializers.Serializer[Any]):
    """A member put on a shift."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    unit = serializers.SerializerMethodField(help_text="Code of the home unit.")

    def get_unit(self, assignment: Any) -> str:
        return _code(assignment.member.unit_id)


class AttendanceSerializer(serializers.Serializer[Any]):
    """What became of a member's shift. `unit` is the home unit of that day, where it counts."""

    id = serializers.IntegerField()
    shift = serializers.IntegerField(source="shift_id")
    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    unit = serializers.SerializerMethodField(help_text="Code of the member's own unit.")
    day = serializers.DateField()
    category = serializers.ChoiceField(choices=DutyCategory.choices)
    mechanism = serializers.ChoiceField(choices=Mechanism.choices)
    status = serializers.ChoiceField(choices=AttendanceStatus.choices)
    checked_in_at = MomentField(allow_null=True)
    checked_out_at = MomentField(allow_null=True)
    minutes = serializers.IntegerField()
    replaced_by = serializers.IntegerField(source="replaced_by_id", allow_null=True)
    current = serializers.BooleanField(help_text="False: corrected or withdrawn, counts no longer.")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    recorded_at = MomentField()

    def get_unit(self, attendance: Any) -> str:
        return _code(attendance.unit_id)


class AttendancePageSerializer(serializers.Serializer[Any]):
    """A page, newest first; `next` is the cursor for `after`, empty at the end."""

    results = AttendanceSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class PhotoSerializer(serializers.Serializer[Any]):
    """A picture of a shift; at `address` stands the picture itself, for whoever may see the shift."""

    id = serializers.IntegerField()
    address = serializers.SerializerMethodField()
    content_type = serializers.CharField(help_text="image/jpeg, image/png or image/webp.")
    caption = serializers.CharField(allow_blank=True)
    added_at = MomentField()

    def get_address(self, photo: Any) -> str:
        return reverse("api:shift-photo", args=[photo.shift_id, photo.pk])


class NewPhotoSerializer(serializers.Serializer[Any]):
    """A picture as JPEG, PNG or WebP up to 5 MB, told by its content, and what is on it."""

    photo = serializers.FileField()
    caption = serializers.CharField(max_length=100, allow_blank=True, default="")


class ShiftSerializer(ShiftRowSerializer):
    """A shift with its people and what it came to."""

    site = serializers.IntegerField(source="site_id", allow_null=True)
    route = serializers.CharField()
    joint_units = serializers.SerializerMethodField(help_text="Codes of the units that take part.")
    police = serializers.IntegerField()
    auxiliaries = serializers.IntegerField()
    vehicles = serializers.IntegerField()
    remarks = serializers.CharField()
    materials = serializers.IntegerField()
    people_reached = serializers.IntegerField()
    summary = serializers.CharField()
    closed_at = MomentField(allow_null=True)
    cancel_reason = serializers.CharField()
    members = PlannedSerializer(source="assignments", many=True)
    attendance = AttendanceSerializer(source="attendances", many=True)
    photos = PhotoSerializer(many=True)

    def get_joint_units(self, shift: Any) -> list[str]:
        return [_code(part.unit_id) for part in shift.joint_units.all()]

    def get_planned(self, shift: Any) -> int:
        return len(shift.assignments.all())


def _number(default: int = 0) -> Any:
    return serializers.IntegerField(min_value=0, max_value=MOST_NUMBER, default=default)


class NewShiftSerializer(serializers.Serializer[Any]):
    """What planning needs; times without an offset are the corps' own."""

    unit = serializers.CharField(max_length=30, help_text="Code of the organising unit.")
    kind = serializers.CharField(max_length=20, help_text="Code of the kind.")
    starts_at = MomentField()
    ends_at = MomentField()
    needed = serializers.IntegerField(min_value=1, max_value=MOST_NUMBER)
    site = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, allow_null=True, default=None)
    route = serializers.CharField(max_length=200, allow_blank=True, default="")
    joint_units = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=MOST_JOINT, default=list, help_text="Codes of units."
    )
    police = _number()
    auxiliaries = _number()
    vehicles = _number()
    remarks = serializers.CharField(max_length=200, allow_blank=True, default="")
    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=MOST_MEMBERS, default=list
    )


class ShiftChangeSerializer(serializers.Serializer[Any]):
    """What of a plan is to change; what is absent stays."""

    kind = serializers.CharField(max_length=20, required=False)
    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    needed = serializers.IntegerField(min_value=1, max_value=MOST_NUMBER, required=False)
    site = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, allow_null=True, required=False)
    route = serializers.CharField(max_length=200, allow_blank=True, required=False)
    joint_units = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=MOST_JOINT, required=False
    )
    police = serializers.IntegerField(min_value=0, max_value=MOST_NUMBER, required=False)
    auxiliaries = serializers.IntegerField(min_value=0, max_value=MOST_NUMBER, required=False)
    vehicles = serializers.IntegerField(min_value=0, max_value=MOST_NUMBER, required=False)
    remarks = serializers.CharField(max_length=200, allow_blank=True, required=False)
    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=MOST_MEMBERS, required=False
    )
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class DutyReasonSerializer(serializers.Serializer[Any]):
    """Why something is undone."""

    reason = serializers.CharField(max_length=200)


class ChosenMembersSerializer(serializers.Serializer[Any]):
    """Members by their ids."""

    members = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=MOST_MEMBERS
    )


class OneMemberSerializer(serializers.Serializer[Any]):
    """One member."""

    member = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class CheckInSerializer(OneMemberSerializer):
    """Who came, when."""

    at = MomentField()
    late = serializers.BooleanField(default=False)


class CheckOutSerializer(OneMemberSerializer):
    """Who leaves, when."""

    at = MomentField()


class AttendanceRecordSerializer(serializers.Serializer[Any]):
    """What was: for `present` and `late` with times, for `replaced` with who came instead."""

    status = serializers.ChoiceField(choices=AttendanceStatus.choices)
    checked_in_at = MomentField(allow_null=True, default=None)
    checked_out_at = MomentField(allow_null=True, default=None)
    replaced_by = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, allow_null=True, default=None)


class AttendanceEntrySerializer(AttendanceRecordSerializer):
    """A line of a list; without times somebody who came was there from start to end."""

    member = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class AttendanceListSerializer(serializers.Serializer[Any]):
    """A whole list of attendance."""

    entries = AttendanceEntrySerializer(many=True)

    def validate_entries(self, entries: list[Any]) -> list[Any]:
        if len(entries) > MOST_MEMBERS:
            raise serializers.ValidationError(f"At most {MOST_MEMBERS}.")
        return entries


class AttendanceCorrectionSerializer(AttendanceRecordSerializer):
    """What really was, and why it is corrected."""

    reason = serializers.CharField(max_length=200)


class ShiftResultsSerializer(serializers.Serializer[Any]):
    """What the shift came to; what is absent stays."""

    materials = serializers.IntegerField(min_value=0, required=False)
    people_reached = serializers.IntegerField(min_value=0, required=False)
    summary = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ShiftQuerySerializer(serializers.Serializer[Any]):
    """What a list of shifts is narrowed to."""

    state = serializers.MultipleChoiceField(choices=ShiftState.choices, required=False)
    category = serializers.MultipleChoiceField(choices=DutyCategory.choices, required=False)
    kind = serializers.CharField(max_length=20, required=False)
    first = serializers.DateField(required=False)
    end = serializers.DateField(required=False)
    after = serializers.CharField(max_length=60, allow_blank=True, default="")


class AttendanceQuerySerializer(serializers.Serializer[Any]):
    """What a list of attendance is narrowed to."""

    status = serializers.MultipleChoiceField(choices=AttendanceStatus.choices, required=False)
    category = serializers.MultipleChoiceField(choices=DutyCategory.choices, required=False)
    member = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    shift = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    first = serializers.DateField(required=False)
    end = serializers.DateField(required=False)
    corrected = serializers.BooleanField(default=False)
    after = serializers.CharField(max_length=60, allow_blank=True, default="")
