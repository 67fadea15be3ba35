"""An index of the history of joint units: their rows go for good, so the time line finds them by the shift alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_planned_shifts")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX shiftunitevent_by_shift ON duties_shiftunitevent (shift_id)",
            "DROP INDEX shiftunitevent_by_shift",
        ),
    ]
