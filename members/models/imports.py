"""A roster import from upload to undo: the upload, its staged rows, their problems, and what applying changed."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import ImportState, RowVerdict
from members.models.querysets import ImportQuerySet

UPLOAD_PURPOSE = b"import.file"


class RosterImport(models.Model):
    """One uploaded workbook on its way into the roster. The row is the truth; queue messages only make it quick.

    `counts` holds numbers by verdict and by unit once the rows are staged; `questions` what a person must answer first
    (unknown headers, ambiguous units); `refusal` code and parameters of the sentence when the whole file is refused.
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    uploaded_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("uploaded by")
    )
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("size"))
    file_digest = models.BinaryField(max_length=32)
    state = models.CharField(_("state"), max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED)
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    sheets = models.JSONField(default=list)
    questions = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    refusal = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    staged_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )
    undo_until = models.DateTimeField(_("undo until"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=("unit", "-id"), name="import_by_unit")]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.unit}"


class ImportFile(models.Model):
    """The upload, sealed; kept until the import is settled, so that rejects come back in the same workbook."""

    roster_import = models.OneToOneField(RosterImport, models.CASCADE, primary_key=True, related_name="file")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")

    def __str__(self) -> str:
        return str(self.roster_import)


class StagedRow(models.Model):
    """A row as it would enter the roster: cleaned, sealed, resolved. `verdict` is filled by the set-based checks."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows", db_index=False)
    sheet = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=RowVerdict.choices, blank=True)
    member_id = models.BigIntegerField(null=True)
    base_revision = models.BigIntegerField(null=True)
    changed_fields = ArrayField(models.TextField(), default=list)
    unit_text = models.TextField(blank=True)
    unit_id = models.BigIntegerField(null=True)
    name = models.TextField(blank=True)
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row}"


class RowProblem(models.Model):
    """Why a row is rejected, or what about it deserves a look. `shown` is what was found, masked."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="problems", db_index=False)
    sheet = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    column = models.TextField(blank=True)
    code = models.TextField()
    shown = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    fatal = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("row problem")
        verbose_name_plural = _("row problems")

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row} {self.code}"


class ImportChange(models.Model):
    """What applying did to one member; `before` is the whole row as it was, empty for a new member."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="changes", db_index=False)
    member_id = models.BigIntegerField()
    verdict = models.CharField(max_length=8, choices=RowVerdict.choices)
    before = models.JSONField(null=True)
    revision_after = models.BigIntegerField()
    kept_on_undo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("import change")
        verbose_name_plural = _("import changes")

    def __str__(self) -> str:
        return f"{self.roster_import_id}:{self.member_id}"


class ColumnAnswer(models.Model):
    """What an unknown header meant in this unit; asked once, remembered. An empty field means: ignore the column."""

    unit = models.ForeignKey("corps.Unit", models.CASCADE, related_name="+", verbose_name=_("unit"))
    header = models.CharField(_("header"), max_length=100)
    field = models.CharField(_("field"), max_length=40, blank=True)
    answered_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), auto_now=True)

    class Meta:
        verbose_name = _("remembered column")
        verbose_name_plural = _("remembered columns")
        constraints: ClassVar = [models.UniqueConstraint(fields=("unit", "header"), name="one_answer_per_header")]

    def __str__(self) -> str:
        return f"{self.header} → {self.field}"


class UnitAnswer(models.Model):
    """Which unit an ambiguous name meant in sheets of this unit; asked once, remembered."""

    unit = models.ForeignKey("corps.Unit", models.CASCADE, related_name="+", verbose_name=_("unit"))
    text = models.CharField(_("name in the sheet"), max_length=200)
    meant = models.ForeignKey("corps.Unit", models.CASCADE, related_name="+", verbose_name=_("unit meant"))
    answered_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), auto_now=True)

    class Meta:
        verbose_name = _("remembered unit name")
        verbose_name_plural = _("remembered unit names")
        constraints: ClassVar = [models.UniqueConstraint(fields=("unit", "text"), name="one_answer_per_unit_name")]

    def __str__(self) -> str:
        return f"{self.text} → {self.meant}"
