"""Counting members by unit and status reads an index of one megabyte instead of the whole table."""

from django.db import migrations

INDEX = "CREATE INDEX member_by_unit_status ON members_member (unit_id, status)"


class Migration(migrations.Migration):
    dependencies = [("members", "0005_resealing")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX member_by_unit_status")]
