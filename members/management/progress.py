"""Progress of a long command: a bar that redraws itself on a terminal, a plain line for each tenth elsewhere."""

import time

from django.core.management.base import OutputWrapper

_WIDTH = 30
_REDRAW_SECONDS = 0.1


class Progress:
    """Shows how far each stage has come; call `finish` at the end of each."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._stage = ""
        self._began = 0.0
        self._drawn_at = 0.0
        self._shown = -1

    def show(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` is done in this stage; a new stage closes the one before. Cheap to call often."""
        if stage != self._stage:
            self.finish()
            self._stage, self._began, self._drawn_at, self._shown = stage, time.monotonic(), 0.0, -1
        share = min(done / total, 1.0) if total else 0.0
        if self._live:
            self._draw(share, done, total)
        elif int(share * 10) > self._shown:
            self._shown = int(share * 10)
            self._stream.write(f"{stage} {done:,}/{total:,}" if total else stage)
            self._stream.flush()

    def finish(self) -> None:
        """Close the current stage with the time it took."""
        if not self._stage:
            return
        if self._live:
            self._stream.write(f"\r\033[K{self._stage} {time.monotonic() - self._began:.1f} s\n", ending="")
            self._stream.flush()
        self._stage = ""

    def _draw(self, share: float, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._drawn_at < _REDRAW_SECONDS and share < 1.0:
            return
        self._drawn_at = now
        filled = round(share * _WIDTH)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        self._stream.write(f"\r\033[K{self._stage} {bar} {share:4.0%} {done:,}/{total:,}", ending="")
        self._stream.flush()
