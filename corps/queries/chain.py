"""Checking the hash chain of the action log against its entries and its sealed end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from corps.crypto import SealBroken, unseal_bytes
from corps.enums import ActionResult
from corps.logic.chain import GENESIS, letters
from corps.models import ActionLog, TrailHead
from corps.models.trail import HEAD_PURPOSE

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the trail does not hold. `kind`: changed, missing, cut, head, unsealed or differs."""

    kind: str
    entry_id: int | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Verdict:
    """How many entries hold, the last of them with its digest, and where the trail broke, if it did."""

    entries: int = 0
    last_id: int = 0
    digest: bytes = GENESIS
    broken: Break | None = None


def verify(*, batch: int = BATCH, expected: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain, oldest entry first. `expected` is (id, digest in hex) of an entry noted elsewhere, as in logs.

    An entry that was changed has another digest; one that was removed leaves a successor that follows nothing. A tail
    that was cut off no longer agrees with the sealed end. Somebody with the rights of the database's owner *and* the
    data keys could write a whole new trail: only `expected` shows that. Writers may go on meanwhile.
    """
    head = TrailHead.objects.first()
    verdict = Verdict()
    wrong = _check_seal(head)
    if wrong:
        verdict.broken = wrong
        return verdict
    erased = _told_by_erasures()
    for entry in _oldest_first(batch):
        verdict.broken = _check_entry(verdict.digest, entry, erased)
        if verdict.broken:
            return verdict
        verdict.entries, verdict.last_id, verdict.digest = verdict.entries + 1, entry.pk, bytes(entry.digest)
        if expected and entry.pk == expected[0] and verdict.digest.hex() != expected[1]:
            verdict.broken = Break("differs", entry.pk, entry.at)
            return verdict
        # What was written since the walk began is checked against its predecessor and against the end as it is then.
        if (
            head
            and entry.pk == head.last_id
            and (verdict.entries, verdict.digest) != (head.entries, bytes(head.digest))
        ):
            verdict.broken = Break("missing", entry.pk, entry.at)
            return verdict
    verdict.broken = _check_end(verdict, head, expected)
    return verdict


def _oldest_first(batch: int) -> Iterator[ActionLog]:
    last = 0
    while True:
        found = list(ActionLog.objects.filter(pk__gt=last).order_by("pk")[:batch])
        yield from found
        if len(found) < batch:
            return
        last = found[-1].pk


def _check_entry(before: bytes, entry: ActionLog, erased: dict[int, str]) -> Break | None:
    if bytes(entry.previous_digest) != before:
        return Break("missing", entry.pk, entry.at)
    found = entry.computed_digest()
    if found != bytes(entry.digest) and erased.get(entry.pk) != letters(found):
        return Break("changed", entry.pk, entry.at)
    return None


def _told_by_erasures() -> dict[int, str]:
    """What entries say since names were taken out of them, by the entries of the erasures.

    Those stand later in the chain and are checked as every other, so that nobody can tell here what was not decided.
    """
    told: dict[int, str] = {}
    rows = ActionLog.objects.filter(action="member.erase", result=ActionResult.DONE).order_by("pk")
    for detail in rows.values_list("detail", flat=True):
        told |= {int(entry): str(digest) for entry, digest in detail.get("log", ())}
    return told


def _check_seal(head: TrailHead | None) -> Break | None:
    if head is None:
        return Break("head") if ActionLog.objects.exists() else None
    try:
        genuine = unseal_bytes(bytes(head.seal), purpose=HEAD_PURPOSE) == head.sealed_facts()
    except SealBroken:
        genuine = False
    return None if genuine else Break("unsealed")


def _check_end(verdict: Verdict, head: TrailHead | None, expected: tuple[int, str] | None) -> Break | None:
    if head and head.last_id > verdict.last_id:
        return Break("cut", head.last_id)
    if expected and expected[0] > verdict.last_id:
        return Break("cut", expected[0])
    latest = TrailHead.objects.values_list("last_id", flat=True).first() or 0
    if latest < verdict.last_id:
        return Break("head", verdict.last_id)
    return None
