"""Refused acts leave a sentence beside no object; an erasure looks through them for the person's name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corps", "0009_erasure")]
    operations = [
        migrations.AddIndex(
            model_name="actionlog",
            index=models.Index(
                fields=["id"],
                condition=models.Q(("result", "refused"), models.Q(("reason", ""), _negated=True)),
                name="action_refused",
            ),
        ),
    ]
