"""Progress of a long command: a bar that redraws itself on a terminal, a plain line now and then elsewhere."""

from collections.abc import Callable
from time import monotonic

from django.core.management.base import OutputWrapper

_WIDTH = 30
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


class Progress:
    """Shows how far each stage has come; call `finish` at the end of the last."""

    def __init__(self, stream: OutputWrapper, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._stage = ""
        self._began = 0.0
        self._shown_at = 0.0

    def show(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` is done in this stage; a new stage closes the one before. Cheap to call often."""
        now = self._clock()
        if stage != self._stage:
            self.finish()
            self._stage, self._began, self._shown_at = stage, now, now
        if now - self._shown_at < (_REDRAW_SECONDS if self._live else _LINE_SECONDS):
            return
        self._shown_at = now
        if self._live:
            self._stream.write(f"\r\033[K{stage} {_bar(done, total)}", ending="")
        else:
            self._stream.write(f"{stage} {done:,}/{total:,}" if total else f"{stage} …")
        self._stream.flush()

    def finish(self) -> None:
        """Close the current stage with the time it took."""
        if not self._stage:
            return
        seconds = self._clock() - self._began
        self._stream.write(f"\r\033[K{self._stage} {seconds:.1f} s" if self._live else f"{self._stage} {seconds:.1f} s")
        self._stream.flush()
        self._stage = ""


def _bar(done: int, total: int) -> str:
    share = min(done / total, 1.0) if total else 0.0
    filled = round(share * _WIDTH)
    return f"{'█' * filled}{'░' * (_WIDTH - filled)} {share:4.0%}" + (f" {done:,}/{total:,}" if total else "")
