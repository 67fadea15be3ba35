"""`manage.py draw_life_cycle`: write docs/life-cycle.md from the table of steps."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from members.exports.life_page import life_page


class Command(BaseCommand):
    help = "Write docs/life-cycle.md from the table of steps in members/policies/life.py."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "life-cycle.md"
        path.write_text(life_page(), encoding="utf-8")
        self.stdout.write(str(path))
