"""Every act has a name: a code without one would stand on a Chinese page as a code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from corps.actions import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("corps", "members", "duties", "incidents", "stats", "yiwu")


def codes_in_use() -> Iterator[tuple[str, Path]]:
    """Literal action codes handed to `acting`, `record` and the helpers that pass them on."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for call in (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            ):
                for keyword in call.keywords:
                    value = keyword.value
                    if keyword.arg == "action" and isinstance(value, ast.Constant) and "." in str(value.value):
                        yield str(value.value), path
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                if name in {"note", "_about_factor", "_acting", "_changing"}:
                    for value in call.args:
                        if isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value:
                            yield value.value, path


def test_every_action_has_a_name() -> None:
    used = dict(codes_in_use())
    assert len(used) > 40
    missing = sorted(f"{code} ({path.relative_to(ROOT)})" for code, path in used.items() if code not in ACTIONS)
    assert not missing, f"corps/actions.py lacks: {', '.join(missing)}"
