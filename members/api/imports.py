"""/api/v1/imports/: a roster from upload to undo, for systems that deliver rosters by themselves."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from corps.api.paging import NumberedCursor
from corps.api.parsing import TextJSONParser
from corps.doors import actor_of
from corps.queries.scope import see_unit
from members.enums import ImportState, RowVerdict
from members.models import RosterImport
from members.operations import imports as operations
from members.operations.imports.rejects import download_rejects
from members.queries import imports as queries

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportSerializer(serializers.ModelSerializer[RosterImport]):
    """An import: its state, how far it is, what it asks and what it counted."""

    unit = serializers.CharField(source="unit.code")
    state = serializers.ChoiceField(choices=ImportState.choices)
    progress = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField(help_text="Why the whole file was refused: sentence and remedy.")
    notices = serializers.SerializerMethodField(help_text="What was passed over: empty sheets, notes below the table.")

    class Meta:
        model = RosterImport
        fields: ClassVar[list[str]] = [
            "id",
            "unit",
            "file_name",
            "file_size",
            "state",
            "progress",
            "questions",
            "counts",
            "outcome",
            "refusal",
            "notices",
            "created_at",
            "applied_at",
            "undo_until",
            "undone_at",
        ]

    def get_progress(self, roster_import: RosterImport) -> dict[str, Any]:
        view = queries.progress_of(roster_import)
        return {
            "stage": view.stage_name,
            "rows_done": view.rows_done,
            "rows_total": view.rows_total,
            "percent": view.percent,
            "seconds_left": view.seconds_left,
        }

    def get_refusal(self, roster_import: RosterImport) -> list[str] | None:
        refusal = queries.refusal_of(roster_import)
        return list(refusal) if refusal else None

    def get_notices(self, roster_import: RosterImport) -> list[str]:
        return queries.import_notices(roster_import)


class ImportLineSerializer(ImportSerializer):
    """An import as lists show one: without what takes a query for each."""

    notices = None  # type: ignore[assignment]

    class Meta(ImportSerializer.Meta):
        fields: ClassVar[list[str]] = [name for name in ImportSerializer.Meta.fields if name != "notices"]


class UploadSerializer(serializers.Serializer[Any]):
    """A workbook and the unit it is for."""

    unit = serializers.CharField(max_length=30, help_text="Code of the unit.")
    file = serializers.FileField(max_length=200)


class AnswersSerializer(serializers.Serializer[Any]):
    """Answers to what an import asked."""

    columns = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=40),
        required=False,
        help_text="Header → key of a roster column; an empty key ignores the column.",
    )
    units = serializers.DictField(
        child=serializers.CharField(max_length=30), required=False, help_text="Name in the sheet → code of a unit."
    )
    default_unit = serializers.CharField(max_length=30, required=False, help_text="Code of a unit.")


class ChangeSerializer(serializers.Serializer[Any]):
    """One cell that changes."""

    key = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a row is rejected, or a remark about it."""

    code = serializers.CharField()
    header = serializers.CharField()
    found = serializers.CharField(help_text="What stands in the cell, masked.")
    sentence = serializers.CharField()
    fatal = serializers.BooleanField()


class ImportRowSerializer(serializers.Serializer[Any]):
    """A row of the preview or of the result."""

    sheet = serializers.CharField(source="sheet_name")
    row = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=RowVerdict.choices)
    name = serializers.CharField()
    identity = serializers.CharField(help_text="Masked.")
    unit = serializers.CharField()
    member_id = serializers.IntegerField(allow_null=True)
    changes = ChangeSerializer(many=True)
    problems = ProblemSerializer(many=True)


class ImportRowPageSerializer(serializers.Serializer[Any]):
    """A page of rows; `next` is the cursor for `after`, null at the end."""

    results = ImportRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class NewestFirst(NumberedCursor):
    """The newest import first."""

    ordering = "-id"
    page_size = 50


class ImportViewSet(viewsets.GenericViewSet[RosterImport]):
    """Imports of units in which the caller may import."""

    serializer_class = ImportSerializer
    pagination_class = NewestFirst
    parser_classes = (TextJSONParser, MultiPartParser)
    queryset = RosterImport.objects.none()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(
        parameters=[OpenApiParameter("unit", str, description="Only this unit (its code) and below.")],
        responses=ImportLineSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Imports, newest first."""
        actor = actor_of(request)
        code = request.query_params.get("unit")
        rows = queries.imports_seen_by(actor, see_unit(actor, code).id if code else None)
        return self.get_paginated_response(ImportLineSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(responses=ImportSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One import."""
        return self._answer(int(pk))

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Upload a workbook; it is read in the background."""
        entered = self._entered(UploadSerializer)
        roster_import = operations.upload_roster(
            actor=actor_of(request),
            unit_id=see_unit(actor_of(request), entered["unit"]).id,
            file_name=entered["file"].name,
            # One byte more than is allowed is enough to be refused, whatever the size of the file.
            content=entered["file"].read(settings.ROSTER_UPLOAD_MAX_BYTES + 1),
        )
        return self._answer(roster_import.pk, status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[
            OpenApiParameter("verdict", str, enum=RowVerdict.values),
            OpenApiParameter("after", str, description="Cursor of the page before."),
        ],
        responses=ImportRowPageSerializer,
    )
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """Rows with what would change, or did, and why rows are rejected."""
        actor = actor_of(request)
        verdict = request.query_params.get("verdict")
        page = queries.import_rows(
            actor,
            queries.see_import(actor, int(pk)),
            verdict if verdict in RowVerdict.values else None,
            after=request.query_params.get("after"),
        )
        return Response({"results": ImportRowSerializer(page.rows, many=True).data, "next": page.next_after})

    @extend_schema(request=AnswersSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, pk: str) -> Response:
        """Answer what the import asked; it is read again."""
        actor = actor_of(request)
        entered = self._entered(AnswersSerializer)
        if "units" in entered:
            entered["units"] = {text: see_unit(actor, code).id for text, code in entered["units"].items()}
        if "default_unit" in entered:
            entered["default_unit"] = see_unit(actor, entered["default_unit"]).id
        operations.answer_questions(actor=actor, import_id=int(pk), answers=entered)
        return self._answer(int(pk))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        """Bring the previewed rows into the roster."""
        operations.apply_import(actor=actor_of(request), import_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take an applied import back as a whole."""
        operations.undo_import(actor=actor_of(request), import_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Put aside an import that has not been applied."""
        operations.discard_import(actor=actor_of(request), import_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Take up an import that was interrupted."""
        operations.resume_import(actor=actor_of(request), import_id=int(pk))
        return self._answer(int(pk))

    @extend_schema(responses={(200, WORKBOOK): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def rejects(self, request: Request, pk: str) -> HttpResponse:
        """The rejected rows as the same workbook, with a reason in each."""
        name, content = download_rejects(actor=actor_of(request), import_id=int(pk))
        disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(
            content,
            content_type=WORKBOOK,
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )

    def _entered(self, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, import_id: int, code: int = status.HTTP_200_OK) -> Response:
        roster_import = queries.see_import(actor_of(self.request), import_id)
        return Response(ImportSerializer(roster_import).data, status=code)
