"""Destroying what is personal, as `corps.personal` declares it: in the tables, in their history, in reasons given.

Only inside an act that erases somebody (`member.erase`), whose entry in the action log the database asks for at the
commit. What is counted stays; texts keep what they say of others.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from pghistory.models import Context

from corps.enums import ActionResult
from corps.logic.chain import letters
from corps.models import ActionLog
from corps.personal import WORD, Becomes, Personal, personal_columns

SHORTEST_WORD: Final = 2
SHORTEST_PLAIN: Final = 6


def redacted(text: str, words: Iterable[str], others: Iterable[str] = ()) -> str:
    """`text` with the neutral word in place of each of the words, but for where it is a part of the name of one of the
    `others`: of 王伟 and 王伟明, who served together, only the first is erased.
    """
    wanted = set(words)
    spared = {one for one in {*others, WORD} - wanted if any(word in one for word in wanted)}
    if not wanted:
        return text
    # At each place the longest comes first.
    any_of = "|".join(re.escape(one) for one in sorted(wanted | spared, key=lambda one: (-len(one), one)))
    return re.sub(any_of, lambda found: found[0] if found[0] in spared else WORD, text)


def usable_words(found: Iterable[str | None]) -> list[str]:
    """Names and numbers to look for, longest first, so that a part does not spoil the whole.

    A short word of letters or figures would be found inside times, codes and other people's numbers: it tells nobody.
    """
    words = {one.strip() for one in found if one}
    kept = {one for one in words if len(one) >= (SHORTEST_PLAIN if one.isascii() else SHORTEST_WORD)}
    return sorted(kept, key=lambda one: (-len(one), one))


def shred(*, members: Collection[int], accounts: Collection[int], words: list[str]) -> dict[str, int]:
    """Destroy everything declared of these people; returns how many rows of which table were touched."""
    touched: dict[str, int] = {}
    for one in personal_columns():
        ids = accounts if one.account else members
        if ids:
            touched[one.model] = touched.get(one.model, 0) + _shred_model(one, list(ids), words)
    touched["pghistory.Context"] = _shred_contexts(list(members), list(accounts), words)
    return {name: number for name, number in touched.items() if number}


def shred_log(
    *, members: Collection[int], accounts: Collection[int], words: list[str], names: Collection[str] = ()
) -> list[tuple[int, str]]:
    """Redact what the action log says of these people; (entry, digest of what it says now) for `verify_trail`.

    `names` are those under which they signed in; they are replaced where they stand alone, whatever their length. In
    entries of an account of somebody else with the same name they stay.
    The chained digest of an entry stays; that it no longer fits is told, chained as well, by the entry of the erasure.
    """
    objects = {str(one) for one in members}
    rows = ActionLog.objects.filter(
        Q(object_type__in=("member", "members.member"), object_id__in=objects)
        | Q(actor_name__in=list(names), account=None)
        | Q(account__in=list(accounts))
        | Q(object_type__in=("account", "corps.account"), object_id__in={str(one) for one in accounts})
        | Q(act__in=_contexts(list(members), list(accounts)))
        | Q(pk__in=_refusals_naming(words))
    )
    found: list[tuple[int, str]] = []
    for entry in rows.order_by("pk"):
        texts = {name: redacted(getattr(entry, name), words)[: _limit(name)] for name in ("actor_name", "reason")}
        if entry.actor_name in names and (entry.account_id is None or entry.account_id in accounts):
            texts["actor_name"] = WORD
        detail = _redacted_json(entry.detail, words, names)
        if detail == entry.detail and all(getattr(entry, name) == text for name, text in texts.items()):
            continue
        _allow("corps_actionlog", [entry.pk])
        for name, text in texts.items():
            setattr(entry, name, text)
        entry.detail = detail
        entry.save(update_fields=[*texts, "detail"])
        found.append((entry.pk, letters(entry.computed_digest())))
    return found


def _refusals_naming(words: list[str]) -> list[int]:
    """Refused acts left nothing but a sentence, which says of whom it was by name alone."""
    named = Q(pk=None)
    for word in words:
        named |= Q(reason__contains=word)
    rows = ActionLog.objects.filter(named, result=ActionResult.REFUSED).exclude(reason="")
    return list(rows.values_list("pk", flat=True))


def _limit(name: str) -> int:
    return int(ActionLog._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]


def _redacted_json(value: Any, words: list[str], names: Collection[str] = ()) -> Any:
    if isinstance(value, str):
        return WORD if value in names else redacted(value, words)
    if isinstance(value, list):
        return [_redacted_json(one, words, names) for one in value]
    if isinstance(value, dict):
        return {key: _redacted_json(one, words, names) for key, one in value.items()}
    return value


# --- one model ------------------------------------------------------------


def _shred_model(one: Personal, ids: list[int], words: list[str]) -> int:
    model = apps.get_model(one.model)
    rows = model._base_manager.filter(**{f"{one.of}__in": ids}, **one.narrowed)
    if one.gone:
        return int(rows.delete()[0])
    keys = sorted(set(rows.values_list("pk", flat=True)))
    if not keys:
        return 0
    if not one.columns:
        # Named for the acts in its history alone, see `_contexts`.
        return 0
    own = {name: becomes for name, becomes in one.columns.items() if name not in one.by_hand}
    if own:
        _allow(model._meta.db_table, keys)
        _update(model, "id", keys, own, words, setting=one.setting)
        _redact(model, "id", keys, own, words, among=model)
    event = _event_of(model)
    if event is not None:
        names = {field.name for field in event._meta.concrete_fields}
        columns = {name: becomes for name, becomes in one.columns.items() if name in names}
        if columns:
            _allow(event._meta.db_table, keys)
            with pgtrigger.ignore(f"{event._meta.label}:append_only"):
                _update(event, "pgh_obj_id", keys, columns, words)
                _redact(event, "pgh_obj_id", keys, columns, words, among=model)
    return len(keys)


def _event_of(model: type[models.Model]) -> Any:
    return apps.all_models[model._meta.app_label].get(f"{model._meta.model_name}event")


def _update(
    model: Any, key: str, keys: list[Any], columns: Mapping[str, Becomes], words: list[str], *, setting: str = ""
) -> None:
    """One statement per column, and only for rows that change: what holds nothing personal gets no event."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if setting:
            cursor.execute("SELECT set_config(%s, 'on', true)", [setting])
        for name, becomes in columns.items():
            if becomes is Becomes.REDACTED:
                continue
            expression, parameters = _expression(model._meta.get_field(name), becomes)
            column = f'"{model._meta.get_field(name).column}"'
            cursor.execute(
                f'UPDATE "{table}" SET {column} = {expression} WHERE "{key}" = ANY(%s)'  # noqa: S608 (names of our models)
                f" AND {column} IS DISTINCT FROM {expression}",
                [*parameters, keys, *parameters],
            )
        if setting:
            cursor.execute("SELECT set_config(%s, 'off', true)", [setting])


def _expression(field: Any, becomes: Becomes) -> tuple[str, list[Any]]:
    """What the column is set to, as SQL, and its parameters."""
    column, kind = f'"{field.column}"', field.db_type(connection)
    if becomes is Becomes.NAME:
        return f"%s::{kind}", [WORD]
    settled = {
        Becomes.NULL: f"NULL::{kind}",
        Becomes.YEAR: f"date_trunc('year', {column})::date",
        Becomes.EMPTY: f"CASE WHEN {column} IS NULL THEN NULL ELSE {_empty(field)}::{kind} END",
    }
    return settled[becomes], []


def _empty(field: Any) -> str:
    if isinstance(field, models.JSONField):
        return "'[]'" if field.default is list else "'{}'"
    if isinstance(field, ArrayField):
        return "'{}'"
    return "'\\x'" if isinstance(field, models.BinaryField) else "''"


def _redact(
    model: Any,
    key: str,
    keys: list[Any],
    columns: Mapping[str, Becomes],
    words: list[str],
    *,
    among: type[models.Model],
) -> None:
    """Take the words out of free texts; names of others `among` whose rows they stand are left whole."""
    table, row = model._meta.db_table, model._meta.pk.column
    for name in [name for name, becomes in columns.items() if becomes is Becomes.REDACTED]:
        field = model._meta.get_field(name)
        column, kind = f'"{field.column}"', field.db_type(connection)
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT "{row}", "{key}", {column}::text FROM "{table}"'  # noqa: S608 (names of our models)
                f' WHERE "{key}" = ANY(%s) AND {column} IS NOT NULL',
                [keys],
            )
            named = [found for found in cursor.fetchall() if any(word in found[2] for word in words)]
            others = _others(among, {of for _row, of, _text in named})
            fresh = [(_fitting(field, redacted(text, words, others.get(of, ()))), one) for one, of, text in named]
            if fresh:
                cursor.execute(
                    f'UPDATE "{table}" SET {column} = fresh.text::{kind}'  # noqa: S608
                    f' FROM unnest(%s::text[], %s::bigint[]) AS fresh (text, id) WHERE "{table}"."{row}" = fresh.id',
                    [list(one) for one in zip(*fresh, strict=True)],
                )


def _others(model: type[models.Model], keys: set[Any]) -> dict[Any, set[str]]:
    """The names of all people that the rows are about: whoever served the shift, took part in the incident …"""
    found: dict[Any, set[str]] = {}
    ways = {one.of for one in personal_columns() if one.model == model._meta.label and not one.account}
    for way in sorted(ways - {"pk"}) if keys else ():
        name = f"{way.removesuffix('_id')}__name"
        for key, told in model._base_manager.filter(pk__in=keys).values_list("pk", name).distinct():
            if told:
                found.setdefault(key, set()).add(told)
    return found


def _fitting(field: Any, text: str) -> str:
    """The neutral word may be longer than what stood there; then nothing else is left."""
    limit = getattr(field, "max_length", None) if isinstance(field, models.CharField) else None
    return WORD if limit and len(text) > limit else text


# --- reasons ------------------------------------------------------------


def _contexts(members: list[int], accounts: list[int]) -> list[Any]:
    """Ids of the acts that touched a row of these people, and of those they did themselves."""
    found: set[Any] = set()
    with connection.cursor() as cursor:
        for one in personal_columns():
            ids = accounts if one.account else members
            model = apps.get_model(one.model)
            event = _event_of(model)
            if event is None or not ids:
                continue
            keys = list(model._base_manager.filter(**{f"{one.of}__in": ids}).values_list("pk", flat=True))
            # Rows that are deleted by now have their history alone.
            direct = [field.column for field in event._meta.concrete_fields if field.name == one.of]
            own = "".join(f' OR "{column}" = ANY(%(ids)s)' for column in direct)
            cursor.execute(
                f'SELECT DISTINCT pgh_context_id FROM "{event._meta.db_table}"'  # noqa: S608 (names of our models)
                f" WHERE (pgh_obj_id = ANY(%(keys)s){own}) AND pgh_context_id IS NOT NULL",
                {"keys": keys, "ids": ids},
            )
            found |= {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT id FROM pghistory_context WHERE (metadata ->> 'account')::bigint = ANY(%s::bigint[])", [accounts]
        )
        found |= {row[0] for row in cursor.fetchall()}
    return list(found)


def _shred_contexts(members: list[int], accounts: list[int], words: list[str]) -> int:
    """The reason and the actor's name in what the database noted with each change; the codes beside them stay."""
    rows = Context.objects.filter(pk__in=_contexts(members, accounts)).values_list("pk", "metadata")
    changed: list[tuple[Any, str]] = []
    for pk, metadata in rows.iterator():
        fresh = metadata | {
            name: redacted(metadata[name], words) for name in ("actor", "reason") if isinstance(metadata.get(name), str)
        }
        if metadata.get("account") in accounts and fresh.get("actor"):
            fresh["actor"] = WORD
        if fresh != metadata:
            changed.append((pk, json.dumps(fresh, ensure_ascii=False)))
    if changed:
        _allow("pghistory_context", [pk for pk, _text in changed])
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE pghistory_context SET metadata = %s::jsonb WHERE id = %s", [(text, pk) for pk, text in changed]
            )
    return len(changed)


def _allow(table: str, keys: Iterable[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT corps_allow_shredding(%s, %s::text[])", [table, [str(key) for key in keys]])
