import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from corps.schema import at_once


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_life_cycle_rules"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = at_once(
        migrations.CreateModel(
            name="Distinction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("told_at", models.DateTimeField(auto_now_add=True, verbose_name="told apart at")),
                (
                    "one",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="first record",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="second record",
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="told apart by",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of two people",
                "verbose_name_plural": "pairs of two people",
                "ordering": ("-told_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="DistinctionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("told_at", models.DateTimeField(auto_now_add=True, verbose_name="told apart at")),
                (
                    "one",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                        verbose_name="first record",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                        verbose_name="second record",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="members.distinction",
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="told apart by",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="distinction",
            constraint=models.UniqueConstraint(fields=("one", "other"), name="one_distinction_per_pair"),
        ),
        migrations.AddConstraint(
            model_name="distinction",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="distinction_older_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="distinction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="distinction_says_why"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="distinction",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_distinctionevent" ("id", "one_id", "other_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "told_at", "told_by_id") SELECT new_values."id", new_values."one_id", new_values."other_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."told_at", new_values."told_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="97d0cb1ad1112754f7043d237f646673ec8b8f85",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5d92c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="members_distinction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="distinction",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_distinctionevent" ("id", "one_id", "other_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "told_at", "told_by_id") SELECT new_values."id", new_values."one_id", new_values."other_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."told_at", new_values."told_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9103038bd016af2207e61e0f0c5f5bca2a75302e",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_79089",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="members_distinction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="distinction",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_distinctionevent" ("id", "one_id", "other_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "told_at", "told_by_id") SELECT old_values."id", old_values."one_id", old_values."other_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."told_at", old_values."told_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f6fb58a6a98106fc01e8bcbabb53bd6532bdb072",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_28030",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="members_distinction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="distinctionevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3c198636763a0263aedbc3494f46e39d7431a194",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_05e25",
                    table="members_distinctionevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
    )
