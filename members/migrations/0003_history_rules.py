"""The history of members is append-only, like that of the corps."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0002_rules"), ("corps", "0004_identity_rules")]
    operations = [migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop)]
