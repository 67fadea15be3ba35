"""Courses, sessions, people and certificates as the API reads and writes them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from corps.api.fields import MomentField
from corps.queries.scope import current_tree, local_today
from members.enums import CertificateStanding, CourseKind, CourseResult, SessionMode, SessionState, TeacherService
from members.models import Certificate, Course, TrainingSession
from members.queries.training.certificates import standing_of


class CourseSerializer(serializers.ModelSerializer[Course]):
    """A course; of its quiz only how many questions it has."""

    kind = serializers.ChoiceField(choices=CourseKind.choices)
    certificate: Any = serializers.StringRelatedField(source="certificate_kind")
    questions = serializers.SerializerMethodField()

    class Meta:
        model = Course
        fields = ("id", "name", "kind", "hours", "certificate", "pass_mark", "questions")

    def get_questions(self, course: Course) -> int:
        return len(course.questions)


class TeacherSerializer(serializers.Serializer[Any]):
    """Who teaches, and where they come from."""

    service = serializers.ChoiceField(choices=TeacherService.choices)
    name = serializers.CharField(max_length=50)


class TrainingSessionRowSerializer(serializers.Serializer[Any]):
    """A session as lists show it."""

    id = serializers.IntegerField()
    unit = serializers.SerializerMethodField(help_text="Code of the organising unit.")
    course = serializers.CharField(source="course.name")
    mode = serializers.ChoiceField(choices=SessionMode.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    site = serializers.IntegerField(source="site_id", allow_null=True)
    place = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=SessionState.choices)

    def get_unit(self, session: TrainingSession) -> str:
        return current_tree().nodes[session.unit_id].code


class TrainingSessionPageSerializer(serializers.Serializer[Any]):
    """A page of sessions; `next` is the cursor for `after`, empty at the end."""

    results = TrainingSessionRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class EnrolmentSerializer(serializers.Serializer[Any]):
    """Somebody who takes part."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    attended = serializers.BooleanField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    result = serializers.ChoiceField(choices=CourseResult.choices, allow_blank=True)


class TrainingSessionSerializer(TrainingSessionRowSerializer):
    """One session with those of its people whom the caller may see."""

    teachers = TeacherSerializer(many=True)
    cancel_reason = serializers.CharField()
    people = serializers.SerializerMethodField(help_text="A page of them.")
    enrolled = serializers.SerializerMethodField(help_text="How many people the caller sees on all pages.")
    pages = serializers.SerializerMethodField(help_text="How many pages of people there are.")

    @extend_schema(responses=EnrolmentSerializer(many=True))
    def get_people(self, _session: TrainingSession) -> list[dict[str, Any]]:
        return [dict(one) for one in EnrolmentSerializer(self.context["seen"].rows, many=True).data]

    def get_enrolled(self, _session: TrainingSession) -> int:
        return int(self.context["seen"].counts["enrolled"])

    def get_pages(self, _session: TrainingSession) -> int:
        return int(self.context["seen"].pages)


class NewTrainingSessionSerializer(serializers.Serializer[Any]):
    """What planning needs."""

    unit = serializers.CharField(max_length=30, help_text="Code of the organising unit.")
    course = serializers.CharField(max_length=60, help_text="Name of a course of the corps.")
    mode = serializers.ChoiceField(choices=SessionMode.choices)
    starts_at = MomentField()
    ends_at = MomentField()
    site = serializers.IntegerField(required=False, allow_null=True)
    place = serializers.CharField(max_length=100, required=False, allow_blank=True)
    teachers = TeacherSerializer(many=True, required=False)
    capacity = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    open_below = serializers.BooleanField(required=False)
    open_to_members = serializers.BooleanField(required=False)
    remarks = serializers.CharField(max_length=200, required=False, allow_blank=True)


class TraineesSerializer(serializers.Serializer[Any]):
    """Keys of members."""

    members = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=5000)


class TraineeSerializer(serializers.Serializer[Any]):
    """Key of a member."""

    member = serializers.IntegerField()


class TrainingMarkSerializer(serializers.Serializer[Any]):
    """What the list says of one member."""

    member = serializers.IntegerField()
    attended = serializers.BooleanField()
    score = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)


class TrainingMarksSerializer(serializers.Serializer[Any]):
    """The list, all of it or nothing."""

    entries = TrainingMarkSerializer(many=True)


class TrainingReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=200)


class CorrectedMarkSerializer(serializers.Serializer[Any]):
    """What really was of one member, and why it is put right."""

    member = serializers.IntegerField()
    attended = serializers.BooleanField()
    score = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)
    reason = serializers.CharField(max_length=200)


class RenewalSerializer(serializers.Serializer[Any]):
    """From which day the new certificate is valid, and why it is issued."""

    on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class CertificateSerializer(serializers.Serializer[Any]):
    """A certificate; `valid_until` is its last valid day."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField(source="member.name")
    kind = serializers.CharField(source="kind.name")
    number = serializers.CharField()
    issuer = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    standing = serializers.SerializerMethodField()
    renews = serializers.IntegerField(source="renews_id", allow_null=True)
    session = serializers.IntegerField(source="session_id", allow_null=True)
    revoked_on = serializers.DateField(allow_null=True)
    revoked_reason = serializers.CharField()

    @extend_schema(responses=serializers.ChoiceField(choices=CertificateStanding.choices))
    def get_standing(self, certificate: Certificate) -> str:
        return standing_of(certificate, local_today()).value


class CertificatePageSerializer(serializers.Serializer[Any]):
    """A page of certificates, those that end first on top; `next` is the cursor for `after`."""

    results = CertificateSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class NewCertificateSerializer(serializers.Serializer[Any]):
    """A certificate that somebody else issued."""

    member = serializers.IntegerField()
    kind = serializers.CharField(max_length=60, help_text="Name of a kind of the corps.")
    number = serializers.CharField(max_length=40)
    issuer = serializers.CharField(max_length=80)
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True)
