import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from corps.schema import at_once


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0008_account_names"),
        ("members", "0012_training_rules"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = at_once(
        migrations.CreateModel(
            name="HomePeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="days")),
                ("context", models.UUIDField(null=True)),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "past home unit",
                "verbose_name_plural": "past home units",
                "ordering": ("member", "during"),
            },
        ),
        migrations.CreateModel(
            name="Merger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("merged_at", models.DateTimeField(auto_now_add=True, verbose_name="merged at")),
                ("carried", models.JSONField(blank=True, default=dict, verbose_name="handed over")),
            ],
            options={
                "verbose_name": "merger of records",
                "verbose_name_plural": "mergers of records",
                "ordering": ("-merged_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="MergerEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("merged_at", models.DateTimeField(auto_now_add=True, verbose_name="merged at")),
                ("carried", models.JSONField(blank=True, default=dict, verbose_name="handed over")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready for review"),
                            ("applied", "Applied"),
                            ("undone", "Undone"),
                            ("discarded", "Discarded"),
                        ],
                        default="ready",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="prepared at")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="applied at")),
                ("applied_revision", models.BigIntegerField(null=True)),
                ("undo_until", models.DateTimeField(blank=True, null=True, verbose_name="can be undone until")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                ("counts", models.JSONField(blank=True, default=dict, verbose_name="counts")),
            ],
            options={
                "verbose_name": "bulk move",
                "verbose_name_plural": "bulk moves",
                "ordering": ("-made_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="MovedMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.BigIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("moves", "Moves"),
                            ("blocked", "Stays"),
                            ("back", "Moved back"),
                            ("kept", "Kept on undoing"),
                        ],
                        max_length=10,
                        verbose_name="verdict",
                    ),
                ),
                ("obstacle", models.CharField(blank=True, max_length=300, verbose_name="what stands in the way")),
                ("had_team", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "member of a bulk move",
                "verbose_name_plural": "members of a bulk move",
                "ordering": ("move", "id"),
            },
        ),
        migrations.CreateModel(
            name="MoveEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready for review"),
                            ("applied", "Applied"),
                            ("undone", "Undone"),
                            ("discarded", "Discarded"),
                        ],
                        default="ready",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="prepared at")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="applied at")),
                ("applied_revision", models.BigIntegerField(null=True)),
                ("undo_until", models.DateTimeField(blank=True, null=True, verbose_name="can be undone until")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone at")),
                ("counts", models.JSONField(blank=True, default=dict, verbose_name="counts")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None, verbose_name="fields"
                    ),
                ),
                ("entered", models.JSONField(default=dict, verbose_name="proposed")),
                ("present", models.JSONField(default=dict, verbose_name="present")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
            ],
            options={
                "verbose_name": "proposed change",
                "verbose_name_plural": "proposed changes",
                "ordering": ("-proposed_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="ProposalEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None, verbose_name="fields"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting"),
                            ("approved", "Approved"),
                            ("returned", "Returned"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StatusPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("applicant", "Applicant"),
                            ("vetted", "Vetted"),
                            ("probation", "On probation"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("left", "Left"),
                            ("refused", "Not admitted"),
                            ("merged", "Merged"),
                        ],
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="days")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("context", models.UUIDField(null=True)),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded at"
                    ),
                ),
            ],
            options={
                "verbose_name": "past status",
                "verbose_name_plural": "past statuses",
                "ordering": ("member", "during"),
            },
        ),
        migrations.CreateModel(
            name="TransferRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("accepted", "Accepted"),
                            ("returned", "Returned"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
            ],
            options={
                "verbose_name": "transfer request",
                "verbose_name_plural": "transfer requests",
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="TransferRequestEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("accepted", "Accepted"),
                            ("returned", "Returned"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="remark")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AlterField(
            model_name="member",
            name="status",
            field=models.CharField(
                choices=[
                    ("applicant", "Applicant"),
                    ("vetted", "Vetted"),
                    ("probation", "On probation"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("left", "Left"),
                    ("refused", "Not admitted"),
                    ("merged", "Merged"),
                ],
                default="active",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="memberevent",
            name="status",
            field=models.CharField(
                choices=[
                    ("applicant", "Applicant"),
                    ("vetted", "Vetted"),
                    ("probation", "On probation"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("left", "Left"),
                    ("refused", "Not admitted"),
                    ("merged", "Merged"),
                ],
                default="active",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="homeperiod",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="home_periods",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="homeperiod",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="home unit"
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="into",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mergers",
                to="members.member",
                verbose_name="remaining record",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="merged",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_into",
                to="members.member",
                verbose_name="merged record",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="merged_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="merged by",
            ),
        ),
        migrations.AddField(
            model_name="mergerevent",
            name="into",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.member",
                verbose_name="remaining record",
            ),
        ),
        migrations.AddField(
            model_name="mergerevent",
            name="merged",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.member",
                verbose_name="merged record",
            ),
        ),
        migrations.AddField(
            model_name="mergerevent",
            name="merged_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="merged by",
            ),
        ),
        migrations.AddField(
            model_name="mergerevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="mergerevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="members.merger",
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="prepared by",
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="to"
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="chosen in"
            ),
        ),
        migrations.AddField(
            model_name="movedmember",
            name="from_unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="from"
            ),
        ),
        migrations.AddField(
            model_name="movedmember",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="movedmember",
            name="move",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="members.move",
                verbose_name="bulk move",
            ),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="prepared by",
            ),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="members.move",
            ),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="target",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="corps.unit",
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="corps.unit",
                verbose_name="chosen in",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="proposalevent",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="proposalevent",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="proposalevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="proposalevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="members.proposal",
            ),
        ),
        migrations.AddField(
            model_name="statusperiod",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="status_periods",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="transferrequest",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="answered by",
            ),
        ),
        migrations.AddField(
            model_name="transferrequest",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="transferrequest",
            name="from_unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="from"
            ),
        ),
        migrations.AddField(
            model_name="transferrequest",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfer_requests",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="transferrequest",
            name="to_unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="corps.unit", verbose_name="to"
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="answered by",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="from_unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="corps.unit",
                verbose_name="from",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.member",
                verbose_name="member",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="members.transferrequest",
            ),
        ),
        migrations.AddField(
            model_name="transferrequestevent",
            name="to_unit",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="corps.unit",
                verbose_name="to",
            ),
        ),
        migrations.AddConstraint(
            model_name="homeperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("member", "="), ("during", "&&")], name="one_home_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="homeperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__isempty", False)), name="home_period_has_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged", models.F("into")), _negated=True), name="merged_into_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="merger_says_why"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merger",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mergerevent" ("carried", "id", "into_id", "merged_at", "merged_by_id", "merged_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."carried", new_values."id", new_values."into_id", new_values."merged_at", new_values."merged_by_id", new_values."merged_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f1460b7bbc0e041976d0ca08e80c3c182019624d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_86ff0",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_merger",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merger",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mergerevent" ("carried", "id", "into_id", "merged_at", "merged_by_id", "merged_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT new_values."carried", new_values."id", new_values."into_id", new_values."merged_at", new_values."merged_by_id", new_values."merged_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="17dc731d16aa28a30505e79356d4d2150538b748",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_69f41",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_merger",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merger",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_mergerevent" ("carried", "id", "into_id", "merged_at", "merged_by_id", "merged_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") SELECT old_values."carried", old_values."id", old_values."into_id", old_values."merged_at", old_values."merged_by_id", old_values."merged_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="01b388f51156a17d3d42814f92878dd68ec919b3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5c6c3",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_merger",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mergerevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d04b125efe16f07266211923019e7cefefeae938",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b44ea",
                    table="members_mergerevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="move",
            index=models.Index(fields=["unit", "-made_at"], name="move_by_unit"),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="move_says_why"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="move",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("applied_at", "applied_revision", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT new_values."applied_at", new_values."applied_revision", new_values."counts", new_values."id", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."state", new_values."target_id", new_values."undo_until", new_values."undone_at", new_values."unit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="af96ec64204429b7ea0dd47e2a5945792dc97449",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9e5c7",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_move",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="move",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("applied_at", "applied_revision", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT new_values."applied_at", new_values."applied_revision", new_values."counts", new_values."id", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."state", new_values."target_id", new_values."undo_until", new_values."undone_at", new_values."unit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a0cd09dcd9fe869293de32f0035c00e6f392d18e",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fd71c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_move",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="move",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("applied_at", "applied_revision", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT old_values."applied_at", old_values."applied_revision", old_values."counts", old_values."id", old_values."made_at", old_values."made_by_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."state", old_values."target_id", old_values."undo_until", old_values."undone_at", old_values."unit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="3595d5c62692dc78edea7aa119927d76b5e34f90",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_99e5d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_move",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="movedmember",
            constraint=models.UniqueConstraint(fields=("move", "member"), name="one_row_per_member_and_move"),
        ),
        migrations.AddConstraint(
            model_name="movedmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict__in", ("blocked", "kept")), _negated=True),
                    models.Q(("obstacle", ""), _negated=True),
                    _connector="OR",
                ),
                name="move_obstacle_is_named",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="moveevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="52e6a7115d1da2f282411b91284f872259e35d20",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6a417",
                    table="members_moveevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("member",), name="one_open_proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="proposal_decided_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="proposal_return_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposal",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_proposalevent" ("decided_at", "decided_by_id", "fields", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "remark", "state") SELECT new_values."decided_at", new_values."decided_by_id", new_values."fields", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proposed_at", new_values."remark", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="28598801939f3e76d6def666a2b517fd532e516f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c9d97",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_proposal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposal",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_proposalevent" ("decided_at", "decided_by_id", "fields", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "remark", "state") SELECT new_values."decided_at", new_values."decided_by_id", new_values."fields", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proposed_at", new_values."remark", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."decided_at" IS DISTINCT FROM (new_values."decided_at") OR old_values."decided_by_id" IS DISTINCT FROM (new_values."decided_by_id") OR old_values."fields" IS DISTINCT FROM (new_values."fields") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."member_id" IS DISTINCT FROM (new_values."member_id") OR old_values."proposed_at" IS DISTINCT FROM (new_values."proposed_at") OR old_values."remark" IS DISTINCT FROM (new_values."remark") OR old_values."state" IS DISTINCT FROM (new_values."state")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="419979a43e3664f885aa8d487f18e13bd0566d19",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_6e99a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_proposal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposal",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_proposalevent" ("decided_at", "decided_by_id", "fields", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "remark", "state") SELECT old_values."decided_at", old_values."decided_by_id", old_values."fields", old_values."id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proposed_at", old_values."remark", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6005f7a8722601bbaa77a0fd9e6853eb3ceb6772",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d2340",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_proposal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposalevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c4270bb9af258df3713a8f9b3c4f48e254a7a9d2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_902ca",
                    table="members_proposalevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="statusperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("member", "="), ("during", "&&")], name="one_status_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="statusperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__isempty", False)), name="status_period_has_days"
            ),
        ),
        migrations.AddIndex(
            model_name="transferrequest",
            index=models.Index(condition=models.Q(("state", "asked")), fields=["to_unit"], name="transfer_waiting"),
        ),
        migrations.AddIndex(
            model_name="transferrequest",
            index=models.Index(fields=["from_unit", "-asked_at"], name="transfer_by_giver"),
        ),
        migrations.AddIndex(
            model_name="transferrequest",
            index=models.Index(fields=["to_unit", "-asked_at"], name="transfer_by_taker"),
        ),
        migrations.AddConstraint(
            model_name="transferrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("member",), name="one_open_transfer"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_unit", models.F("to_unit")), _negated=True), name="transfer_between_units"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="transfer_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "asked")),
                    models.Q(models.Q(("state", "asked"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="transfer_answered_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="transfer_return_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_transferrequestevent" ("answered_at", "answered_by_id", "asked_at", "asked_by_id", "from_unit_id", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "to_unit_id") SELECT new_values."answered_at", new_values."answered_by_id", new_values."asked_at", new_values."asked_by_id", new_values."from_unit_id", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."remark", new_values."state", new_values."to_unit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a7a50e95d33a0bead723f85ec7ab7b28014e9688",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_16c57",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_transferrequest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_transferrequestevent" ("answered_at", "answered_by_id", "asked_at", "asked_by_id", "from_unit_id", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "to_unit_id") SELECT new_values."answered_at", new_values."answered_by_id", new_values."asked_at", new_values."asked_by_id", new_values."from_unit_id", new_values."id", new_values."member_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."remark", new_values."state", new_values."to_unit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8b95e4e70e862e8402ed88e6a4be3dcbf60e014c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9a2b3",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_transferrequest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_transferrequestevent" ("answered_at", "answered_by_id", "asked_at", "asked_by_id", "from_unit_id", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "to_unit_id") SELECT old_values."answered_at", old_values."answered_by_id", old_values."asked_at", old_values."asked_by_id", old_values."from_unit_id", old_values."id", old_values."member_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."remark", old_values."state", old_values."to_unit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="07a7bc43171f18e8c02935d6cad52c91c593d1a9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0853d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_transferrequest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferrequestevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3a8e757a6aaf53b97e5507925d83794a1f5719c3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_26b81",
                    table="members_transferrequestevent",
                    when="BEFORE",
                ),
            ),
        ),
    )
