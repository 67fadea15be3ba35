"""Find what is on its way, damaged or lent for a time without reading everything that anybody holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0016_asking_moves")]
    operations = [
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("place", "transit"), ("quantity__gt", 0)),
                fields=["transfer"],
                name="holding_on_the_way",
            ),
        ),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(
                    ("quantity__gt", 0), models.Q(("place", "damaged"), ("due_on__isnull", False), _connector="OR")
                ),
                fields=["unit"],
                name="holding_waiting",
            ),
        ),
    ]
