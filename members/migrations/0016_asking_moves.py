import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from corps.schema import at_once


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0009_erasure"),
        ("members", "0015_distinct_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = at_once(
        pgtrigger.migrations.RemoveTrigger(
            model_name="move",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="move",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="move",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="move",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
        ),
        migrations.AddField(
            model_name="move",
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
            model_name="move",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked at"),
        ),
        migrations.AddField(
            model_name="move",
            name="remark",
            field=models.CharField(blank=True, max_length=200, verbose_name="remark"),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
        ),
        migrations.AddField(
            model_name="moveevent",
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
            model_name="moveevent",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked at"),
        ),
        migrations.AddField(
            model_name="moveevent",
            name="remark",
            field=models.CharField(blank=True, max_length=200, verbose_name="remark"),
        ),
        migrations.AlterField(
            model_name="move",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "Ready for review"),
                    ("asked", "Asked"),
                    ("returned", "Returned"),
                    ("applied", "Applied"),
                    ("undone", "Undone"),
                    ("discarded", "Discarded"),
                ],
                default="ready",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="moveevent",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "Ready for review"),
                    ("asked", "Asked"),
                    ("returned", "Returned"),
                    ("applied", "Applied"),
                    ("undone", "Undone"),
                    ("discarded", "Discarded"),
                ],
                default="ready",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="move",
            index=models.Index(
                condition=models.Q(("state", "asked")), fields=["target", "asked_at"], name="move_waiting"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="move",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("answered_at", "answered_by_id", "applied_at", "applied_revision", "asked_at", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT new_values."answered_at", new_values."answered_by_id", new_values."applied_at", new_values."applied_revision", new_values."asked_at", new_values."counts", new_values."id", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."remark", new_values."state", new_values."target_id", new_values."undo_until", new_values."undone_at", new_values."unit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="84812858225050925b2304eec63e2f8fb3c3b12f",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("answered_at", "answered_by_id", "applied_at", "applied_revision", "asked_at", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT new_values."answered_at", new_values."answered_by_id", new_values."applied_at", new_values."applied_revision", new_values."asked_at", new_values."counts", new_values."id", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."remark", new_values."state", new_values."target_id", new_values."undo_until", new_values."undone_at", new_values."unit_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="32d774c9adf1b2aa8cfd7510274119480b732a9b",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "members_moveevent" ("answered_at", "answered_by_id", "applied_at", "applied_revision", "asked_at", "counts", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remark", "state", "target_id", "undo_until", "undone_at", "unit_id") SELECT old_values."answered_at", old_values."answered_by_id", old_values."applied_at", old_values."applied_revision", old_values."asked_at", old_values."counts", old_values."id", old_values."made_at", old_values."made_by_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."remark", old_values."state", old_values."target_id", old_values."undo_until", old_values."undone_at", old_values."unit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="dacacfe0ad2c4c34cd78f596c4e6ab72ced0ddc2",
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
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "asked"), _negated=True), ("asked_at__isnull", False), _connector="OR"
                ),
                name="move_asked_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "returned"), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="move_return_says_why",
            ),
        ),
    )
