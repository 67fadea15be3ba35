"""Dirty keys say which table was written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stats", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="dirty",
            name="source",
            field=models.CharField(
                choices=[
                    ("shift", "shifts"),
                    ("attendance", "attendance"),
                    ("incident", "incidents"),
                    ("roster", "roster"),
                    ("tree", "units below"),
                ],
                default="tree",
                max_length=10,
                verbose_name="what changed",
            ),
            preserve_default=False,
        ),
    ]
