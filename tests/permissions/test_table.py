"""The tables of permissions and roles: complete, in order, and shown in the documentation as they are."""

from pathlib import Path

from django.utils import translation

from corps.permissions import PERMISSION_NAMES, Permission
from corps.roles import ADMINISTRATOR_PERMISSIONS, ROLE_PERMISSIONS, Role, roles_with

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def table() -> str:
    """The matrix as Markdown: a permission per line, a role per column."""
    with translation.override("en"):
        heads = ["Permission", "Code", *(str(role.label) for role in Role), "Administrator"]
        lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
        for permission in Permission:
            held = [permission in ROLE_PERMISSIONS[role] for role in Role]
            held.append(permission in ADMINISTRATOR_PERMISSIONS)
            marks = ["●" if yes else "" for yes in held]
            lines.append(" | ".join([str(PERMISSION_NAMES[permission]), f"`{permission.value}`", *marks]))
    return "\n".join(f"| {line} |" for line in lines)


def test_the_documentation_shows_the_matrix_as_it_is() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), f"docs/permissions.md should contain:\n{table()}"


def test_every_permission_has_a_name_and_a_holder() -> None:
    assert set(PERMISSION_NAMES) == set(Permission)
    assert [p for p in Permission if not roles_with(p)] == []


def test_codes_are_frozen_words() -> None:
    """Codes stand in logs and keys; they are short, lower case, and name an object and an act."""
    for permission in Permission:
        noun, _dot, verb = permission.value.partition(".")
        assert noun.isalpha()
        assert verb.isalpha()
        assert permission.value.islower()


def test_who_administers_does_not_see_people_and_who_audits_does_not_write() -> None:
    people = {p for p in Permission if p.value.startswith("member.")}
    assert not people & ADMINISTRATOR_PERMISSIONS
    assert not people & ROLE_PERMISSIONS[Role.AUDITOR]
    reading = {Permission.UNIT_VIEW, Permission.TRAIL_VIEW, Permission.ACCOUNT_VIEW, Permission.ADMIN_SITE}
    assert ROLE_PERMISSIONS[Role.AUDITOR] <= reading
