"""Half a position is none: a comparison with an empty coordinate is unknown, and a check lets the unknown pass."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_rules")]
    operations = [
        migrations.RemoveConstraint("incident", "incident_coordinates"),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(("latitude__isnull", True), ("longitude__isnull", True))
                | models.Q(
                    ("latitude__gte", -90),
                    ("latitude__isnull", False),
                    ("latitude__lte", 90),
                    ("longitude__gte", -180),
                    ("longitude__isnull", False),
                    ("longitude__lte", 180),
                ),
                name="incident_coordinates",
            ),
        ),
    ]
