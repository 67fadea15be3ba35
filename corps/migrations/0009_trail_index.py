"""Indexes that the trail page reads by: acts of a unit, newest first. The table belongs to pghistory."""

from django.db import migrations

INDEXES = """
CREATE INDEX act_by_unit ON pghistory_context (((metadata->>'unit')::bigint), created_at DESC);
CREATE INDEX act_by_time ON pghistory_context (created_at DESC, id DESC);
"""
NO_INDEXES = "DROP INDEX act_by_unit; DROP INDEX act_by_time;"


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0008_account_names"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]
    operations = [migrations.RunSQL(INDEXES, NO_INDEXES)]
