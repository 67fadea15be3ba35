"""The child process: limits itself, reads what the parent describes, answers in frames.

A frame is four bytes of length and a `marshal` of (kind, values). The first frame comes in on standard input and
describes the work; all others go out on standard output, the last being `done`, `questions`, `file` or `refused`.
"""

import datetime as dt
import gc
import marshal
import os
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from members.reading.limits import Limits
from members.reading.refusals import Refused

LENGTH: Final = struct.Struct("<I")
# Version 2 sends every value whole; the table of repeated objects of later versions costs more than it saves.
MARSHAL: Final = 2
_FILE_CHUNK: Final = 1 << 20


def main() -> None:
    """Do one piece of work and end."""
    # Rows make no cycles, and the process ends with its file: collecting would cost a quarter of the cleaning.
    gc.disable()
    # Whatever a library prints goes to standard error; the frames have a descriptor of their own.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    work = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - written by our own parent
    limits = Limits(**work["limits"])
    _limit(limits)
    try:
        for kind, values in _frames(work, limits, lambda name: _send(out, "opening", (name,))):
            _send(out, kind, values)
    except Refused as refusal:
        _send(out, "refused", (refusal.code, refusal.params))
    except MemoryError:
        _send(out, "refused", ("out_of_memory", {}))
    except BrokenPipeError:
        # The parent is gone or no longer listens.
        os._exit(1)


def _limit(limits: Limits) -> None:
    """Bound memory and processor time, and leave no core dump of personal data."""
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        # The soft limit's signal tells the parent why; the hard one only comes to who ignores it.
        (resource.RLIMIT_CPU, limits.processor, limits.processor + 5),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):  # a lower hard limit stands already, or the system has no such limit
            continue


def _frames(work: dict[str, Any], limits: Limits, opening: Callable[[str], None]) -> Iterator[tuple[str, Any]]:
    path = Path(work["path"])
    if path.stat().st_size > limits.file_size:
        raise Refused("file_too_large", limit=limits.file_size // (1 << 20))
    # Imported under the limits, so that even these are bounded.
    from members.reading.pipeline import read
    from members.reading.plain import read_cells
    from members.reading.rejects import rejects_workbook

    if work["task"] == "cells":
        yield from read_cells(path, limits=limits, opening=opening)
        return
    if work["task"] == "read":
        today = dt.date.fromisoformat(work["today"])
        yield from read(path, today=today, answers=work["answers"], ask=work["ask"], limits=limits, opening=opening)
        return
    data = rejects_workbook(path, work["reasons"], answers=work["answers"], limits=limits)
    for start in range(0, len(data), _FILE_CHUNK):
        yield "chunk", (data[start : start + _FILE_CHUNK],)
    yield "file", ()


def _send(out: BinaryIO, kind: str, values: Any) -> None:
    data = marshal.dumps((kind, values), MARSHAL)
    view = memoryview(LENGTH.pack(len(data)) + data)
    while view:
        view = view[out.write(view) :]


if __name__ == "__main__":
    main()
