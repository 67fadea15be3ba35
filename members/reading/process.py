"""The parent's side: start the child, hand it the bytes, listen, and turn its end, whatever it was, into one answer."""

import contextlib
import datetime as dt
import marshal
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from members.logic.flaws import Params
from members.reading.child import LENGTH, MARSHAL
from members.reading.events import Cells, Event, Reasons, from_frame
from members.reading.limits import Limits

_ROOT: Final = Path(__file__).resolve().parents[2]
_START: Final = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from members.reading.child import main; main()"
# Nothing of the parent's environment: no keys, no database address.
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "RUST_BACKTRACE": "0", "PATH": os.defpath}
_PIPE_SIZE: Final = 1 << 20
_SET_PIPE_SIZE: Final = 1031  # F_SETPIPE_SZ of Linux
_FRAME_LIMIT: Final = 256 << 20
_LAST_FRAMES: Final = frozenset(("done", "questions", "file"))
_STDERR_TAIL: Final = 4096


class FileRefused(Exception):
    """The file as a whole cannot be read. `code` and `params` make the sentence (`members.logic.messages`)."""

    def __init__(self, code: str, params: Params) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def read_roster(
    source: bytes | Path,
    *,
    today: dt.date,
    answers: Mapping[str, str] | None = None,
    ask: bool = True,
    limits: Limits | None = None,
) -> Iterator[Event]:
    """Read a roster in a child process; events come as the child gets on, one batch of rows at a time.

    `answers` are remembered answers to earlier questions: `Question.header` → key of a column, or "" to ignore it.
    With `ask=False` unknown columns are left unread instead of asked about. Ends with `Done` or `Questions`.

    Raises `FileRefused`. Closing the iterator early ends the child.
    """
    work = {"task": "read", "today": today.isoformat(), "answers": dict(answers or {}), "ask": ask}
    for kind, values in _frames(source, work, limits or Limits()):
        yield from_frame(kind, values)


def read_cells(source: bytes | Path, *, limits: Limits | None = None) -> list[Cells]:
    """The visible sheets of a workbook that is no roster, read in a child process. Raises `FileRefused`."""
    frames = _frames(source, {"task": "cells"}, limits or Limits())
    return [Cells(*values) for kind, values in frames if kind == "cells"]


def write_rejects(
    source: bytes | Path,
    reasons: Reasons,
    *,
    answers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> bytes:
    """The upload's own workbook with only the rows in `reasons` and a last column that says why.

    `reasons` maps `SheetFound.sheet` → row number → sentences. Raises `FileRefused`.
    """
    plain = {sheet: dict(rows) for sheet, rows in reasons.items()}
    work = {"task": "rejects", "reasons": plain, "answers": dict(answers or {})}
    chunks = [values[0] for kind, values in _frames(source, work, limits or Limits()) if kind == "chunk"]
    return b"".join(chunks)


def _frames(source: bytes | Path, work: dict[str, Any], limits: Limits) -> Iterator[tuple[str, Any]]:
    if isinstance(source, bytes) and len(source) > limits.file_size:
        raise FileRefused("file_too_large", {"limit": limits.file_size >> 20})
    with contextlib.ExitStack() as stack:
        path, descriptors = _readable(source, stack)
        errors = stack.enter_context(tempfile.TemporaryFile())
        work = {**work, "path": path, "limits": asdict(limits)}
        child = stack.enter_context(_started(work, descriptors, errors))
        yield from _heard(child, errors, limits)


def _readable(source: bytes | Path, stack: contextlib.ExitStack) -> tuple[str, tuple[int, ...]]:
    """A path the child can open, and descriptors it must inherit. Bytes stay in memory: no copy reaches a disk."""
    if isinstance(source, Path):
        return str(source.resolve()), ()
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("roster", 0)
        stack.callback(os.close, descriptor)
        view = memoryview(source)
        while view:
            view = view[os.write(descriptor, view) :]
        return f"/proc/self/fd/{descriptor}", (descriptor,)
    file = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115 - the stack closes it
    file.write(source)
    file.flush()
    return file.name, ()


@contextlib.contextmanager
def _started(
    work: dict[str, Any], descriptors: tuple[int, ...], errors: IO[bytes]
) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=_ENVIRONMENT,
        pass_fds=descriptors,
        bufsize=0,
    )
    try:
        if child.stdin and child.stdout:
            _widen(child.stdout)
            with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
                view = memoryview(marshal.dumps(work, MARSHAL))
                while view:
                    view = view[stdin.write(view) or 0 :]
        yield child
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _widen(pipe: IO[bytes]) -> None:
    """Let the child get ahead of the parent by a batch."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), _SET_PIPE_SIZE, _PIPE_SIZE)


def _heard(child: "subprocess.Popen[bytes]", errors: IO[bytes], limits: Limits) -> Iterator[tuple[str, Any]]:
    pipe = _Pipe(child, limits.waiting)
    sheet = ""
    while True:
        head = pipe.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        body = pipe.read(length) if 0 < length <= _FRAME_LIMIT else b""
        if not body or len(body) < length:
            raise _early_end(child, errors, sheet)
        kind, values = marshal.loads(body)  # noqa: S302 - plain values; marshal runs no code
        del head, body
        if kind == "opening":
            sheet = values[0]
            continue
        if kind == "refused":
            raise FileRefused(*values)
        yield kind, values
        if kind in _LAST_FRAMES:
            return


class _Pipe:
    """The child's output, with a limit on the time spent waiting for it."""

    def __init__(self, child: "subprocess.Popen[bytes]", patience: float) -> None:
        self._descriptor = child.stdout.fileno() if child.stdout else -1
        self._patience = patience
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._descriptor, selectors.EVENT_READ)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer when the child has ended. Raises `FileRefused` when patience is used up."""
        parts: list[bytes] = []
        while size:
            began = time.monotonic()
            ready = self._selector.select(max(self._patience, 0))
            self._patience -= time.monotonic() - began
            if not ready:
                raise FileRefused("reading_too_long", {})
            part = os.read(self._descriptor, min(size, _PIPE_SIZE))
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _early_end(child: "subprocess.Popen[bytes]", errors: IO[bytes], sheet: str) -> FileRefused:
    """Why a child ended without its last frame; `sheet` is the one it was reading."""
    try:
        status = child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return FileRefused("reading_failed", {})
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _STDERR_TAIL))
    said = errors.read()
    if status in {-signal.SIGXCPU, -signal.SIGKILL} and b"memory" not in said:
        # The kernel ends a child at its limit of processor time; a killed child may also have been the largest one.
        return FileRefused("reading_too_long" if status == -signal.SIGXCPU else "reading_killed", {})
    if b"memory allocation" in said or b"MemoryError" in said or b"capacity overflow" in said:
        return FileRefused("sheet_too_large", {"sheet": sheet}) if sheet else FileRefused("out_of_memory", {})
    return FileRefused("reading_failed", {})
