"""An index of what is still planned: gaps of the next hours and shifts that nobody closed are few of all shifts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0002_rules")]
    operations = [
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(condition=models.Q(("state", "planned")), fields=["day", "unit"], name="shift_planned"),
        ),
    ]
