"""A roster import from upload to undo: the upload, its staged rows, their problems, and what applying changed."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import ImportState, RowVerdict
from members.models.querysets import ImportQuerySet

UPLOAD_PURPOSE = b"import.file"
CLEARED_DATE = date(1, 1, 1)
"""The date of a staged row that clears the member's date."""


class RosterImport(models.Model):
    """One uploaded workbook on its way into the roster. The row is the truth; queue messages only make it quick.

    `sheets` is what was found in the workbook; `questions` what a person must answer first (unknown headers,
    ambiguous units); `answers` what was answered for this import; `counts` numbers by verdict and by unit once the
    rows are staged; `outcome` the same after applying, and after undoing; `refusal` code and parameters of the
    sentence when the whole file is refused. `attempts` is the fencing token of the worker that holds the import:
    only the holder of the latest one may finish a stage. `applied_revision` is the revision up to which the members
    of this import are untouched since: a later one means that somebody edited the member afterwards.
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
    stage_started_at = models.DateTimeField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    sheets = models.JSONField(default=list)
    questions = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    refusal = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    staged_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )
    applied_revision = models.BigIntegerField(null=True, blank=True)
    undo_until = models.DateTimeField(_("undo until"), null=True, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=("unit", "-id"), name="import_by_unit")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("unit", "file_digest"),
                condition=models.Q(state__in=("uploaded", "reading", "asking", "ready", "applying")),
                name="one_import_of_a_file_at_once",
            ),
        ]

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
    """A row as it would enter the roster: cleaned, sealed, resolved; the columns have the types of the member's.

    NULL leaves the member's value alone; an empty text, an empty array, `CLEARED_DATE` or the id 0 clears it.
    `member_id` is the member the row is about, and for a new person the id that applying will give (a default of the
    column, see migration 0002). Rows are written and read in bulk by `members.operations.imports`; foreign keys are
    left to the roster itself, where the rows end.
    """

    pk = models.CompositePrimaryKey("import_id", "sheet", "row")
    import_id = models.BigIntegerField()
    sheet = models.SmallIntegerField()
    row = models.IntegerField()
    verdict = models.CharField(max_length=8, choices=RowVerdict.choices)
    member_id = models.BigIntegerField()
    base_revision = models.BigIntegerField(null=True)
    changed_fields = ArrayField(models.TextField(), null=True)
    unit_text = models.TextField(null=True)
    unit_id = models.BigIntegerField(null=True)
    name = models.TextField(null=True)
    pinyin = models.TextField(null=True)
    initials = models.TextField(null=True)
    name_grams = ArrayField(models.TextField(), null=True)
    identity_sealed = models.BinaryField(null=True)
    identity_index = models.BinaryField(null=True)
    identity_head = models.TextField(null=True)
    identity_tail = models.TextField(null=True)
    sex = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    phone = models.TextField(null=True)
    occupation = models.TextField(null=True)
    employer = models.TextField(null=True)
    address = models.TextField(null=True)
    grid_id = models.BigIntegerField(null=True)
    political_status = models.TextField(null=True)
    education = models.TextField(null=True)
    skills = ArrayField(models.TextField(), null=True)
    roles = ArrayField(models.TextField(), null=True)
    group_ids = ArrayField(models.BigIntegerField(), null=True)
    team_ids = ArrayField(models.BigIntegerField(), null=True)
    joined_on = models.DateField(null=True)
    status = models.TextField(null=True)
    status_reason = models.TextField(null=True)
    status_on = models.DateField(null=True)
    emergency_name = models.TextField(null=True)
    emergency_phone = models.TextField(null=True)
    insurer = models.TextField(null=True)
    policy_number = models.TextField(null=True)
    insured_until = models.DateField(null=True)
    recruiter = models.TextField(null=True)
    partner_id = models.BigIntegerField(null=True)
    remarks = models.TextField(null=True)

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row}"


class RowProblem(models.Model):
    """Why a row is rejected, or what about it deserves a look. `shown` is what was found, masked."""

    import_id = models.BigIntegerField()
    sheet = models.SmallIntegerField()
    row = models.IntegerField()
    column = models.TextField(blank=True)
    code = models.TextField()
    shown = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    fatal = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("row problem")
        verbose_name_plural = _("row problems")
        indexes: ClassVar = [models.Index(fields=("import_id", "sheet", "row"), name="problem_by_row")]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row} {self.code}"


class ImportChange(models.Model):
    """What applying changed of one member: `before` holds the old values of the columns the sheet could write.

    New members need no row here: the staged row says who they are until the undo has expired. `kept_on_undo`
    marks members, new or changed, that somebody had edited before the import was undone.
    """

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="changes")
    member_id = models.BigIntegerField()
    verdict = models.CharField(max_length=8, choices=RowVerdict.choices)
    before = models.JSONField(null=True)
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
