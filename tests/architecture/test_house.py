"""The rules of the house that import-linter cannot see, checked on the running code."""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Field, Model
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parents[2]
# Bottom first; an app may point only at itself and at apps before it.
APPS = ["corps", "members", "duties", "incidents", "stats"]
LIBRARY_APPS = {"auth", "contenttypes", "pghistory"}


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def modules(package: str) -> Iterator[ModuleType]:
    try:
        root = importlib.import_module(package)
    except ModuleNotFoundError:
        return
    yield root
    for found in pkgutil.walk_packages(getattr(root, "__path__", []), f"{package}."):
        yield importlib.import_module(found.name)


def public_functions(package: str) -> Iterator[tuple[str, FunctionType]]:
    """What a package offers: the functions in its `__all__`, or else those its modules define under a public name."""
    for module in modules(package):
        parent = sys.modules[module.__name__.rpartition(".")[0]]
        if hasattr(parent, "__all__"):
            continue
        names = getattr(module, "__all__", None)
        for name, value in vars(module).items():
            if not isinstance(value, FunctionType) or name.startswith("_"):
                continue
            if name in names if names is not None else value.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", value


def test_no_model_points_upward() -> None:
    """String foreign keys escape import-linter; relations do not escape this."""
    upward = []
    for model in own_models():
        rank = APPS.index(model._meta.app_label)
        for relation in model._meta.get_fields():
            if not isinstance(relation, Field) or not relation.is_relation or relation.related_model is None:
                continue
            target = relation.related_model._meta.app_label
            if target in LIBRARY_APPS or (target in APPS and APPS.index(target) <= rank):
                continue
            upward.append(f"{model.__name__}.{relation.name} → {target}")
    assert upward == []


# Frames an operation; `record` is asked by those that write no row.
HELPERS = {"corps.operations.context.acting"}


def is_operation(function: FunctionType) -> bool:
    """Operations have keyword-only arguments; helpers of a package that are shared between its modules do not."""
    return "actor" in inspect.signature(function).parameters


@pytest.mark.parametrize("app", APPS)
def test_operations_are_keyword_only(app: str) -> None:
    wrong = []
    for name, function in public_functions(f"{app}.operations"):
        if name in HELPERS or not is_operation(function):
            continue
        kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
        if not kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_doors_write_through_operations_only(app: str) -> None:
    """Views, API and tasks load, make one domain call and render; they save nothing themselves."""
    wrong = []
    for door in ("views", "api", "tasks", "forms"):
        for path in [*(ROOT / app).glob(f"{door}.py"), *(ROOT / app / door).rglob("*.py")]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                text = ast.unparse(node.func)
                if node.func.attr in {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"} or (
                    ".objects." in text and node.func.attr in {"create", "update", "delete"}
                ):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {text}")
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_logic_is_plain_python(app: str) -> None:
    """Values in, values out: no Django, no database, no clock."""
    wrong = []
    for path in (ROOT / app / "logic").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            wrong += [f"{path.name}:{name}" for name in names if name.split(".")[0] in {"django", "psycopg", "celery"}]
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"now", "today", "utcnow"}:
                wrong.append(f"{path.name}:{node.lineno} reads the clock")
    assert wrong == []


def test_every_admin_page_stands_on_the_project_class() -> None:
    """A swap of the theme is then one line, and scoping cannot be forgotten."""
    get_resolver().url_patterns  # noqa: B018 - loads the admin modules
    from corps.admin.base import ProjectAdmin

    registered = {
        model.__name__: type(page) for site in admin.sites.all_sites for model, page in site._registry.items()
    }
    assert registered
    assert [name for name, page in registered.items() if not issubclass(page, ProjectAdmin)] == []


@pytest.mark.parametrize("app", APPS)
def test_no_model_signals(app: str) -> None:
    """Nothing happens behind a save's back."""
    words = ("post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / app).rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    ]
    assert found == []


def test_models_never_override_save() -> None:
    """A write has one place: an operation."""
    for model in own_models():
        assert "save" not in vars(model), model
        assert "delete" not in vars(model), model
