"""Open pages in a process of their own: `python -m bench.live_pages` takes commands and answers as lines of JSON.

    {"do": "open", "port": 8001, "path": "/live?ticket=…", "number": 2000}  connect all; answers the seconds it took
    {"do": "expect", "number": 2000}  from now on so many events are waited for, over all pages
    {"do": "hear", "patience": 30}  wait for them; answers when the last came, how many are missing and their ids
    {"do": "close"}  leave

Every page keeps the ids of its events in the order they came. Times are those of the machine's monotonic clock, so the
process that publishes can compare them with its own.
"""

import asyncio
import json
import sys
import time
from typing import Any, cast

import uvloop

AT_ONCE = 200
CONNECT_SECONDS = 60
_END = b"\n\n"
_END_OF_HEAD = b"\r\n\r\n"


class Page(asyncio.Protocol):
    """One open page: what it asked for, whether it is listening, and the events it had."""

    def __init__(self, request: bytes, crowd: "Crowd") -> None:
        self.request = request
        self.crowd = crowd
        self.listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ids: list[str] = []
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.rest += data
        if not self.listening.done():
            _head, found, after = self.rest.partition(_END_OF_HEAD)
            if not found:
                return
            self.rest = after
            self.listening.set_result(None)
        *whole, self.rest = self.rest.split(_END)
        for part in whole:
            _before, found, after = part.partition(b"id: ")
            if found:
                self.ids.append(after.partition(b"\n")[0].decode())
                self.crowd.heard()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.listening.done():
            self.listening.set_exception(exc or ConnectionError("closed before it listened"))


class Crowd:
    """All pages of this process."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.missing = 0
        self.last = 0.0
        self.complete = asyncio.Event()

    async def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run one command and answer it."""
        match command["do"]:
            case "open":
                return await self.open(command["port"], command["path"], command["number"])
            case "expect":
                return self.expect(command["number"])
            case "hear":
                return await self.hear(command["patience"])
            case _:
                return await self.close()

    async def open(self, port: int, path: str, number: int) -> dict[str, Any]:
        request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n".encode()
        gate = asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()

        async def one() -> Page:
            async with gate:
                _transport, page = await loop.create_connection(lambda: Page(request, self), "127.0.0.1", port)
                await page.listening
                return page

        began = time.monotonic()
        # A server may send events while others still connect: pages count from the moment they are made.
        async with asyncio.timeout(CONNECT_SECONDS):
            self.pages = list(await asyncio.gather(*(one() for _ in range(number))))
        return {"seconds": time.monotonic() - began}

    def expect(self, number: int) -> dict[str, Any]:
        """From now on `number` events are waited for, over all pages."""
        self.missing = number
        self.complete.clear()
        return {}

    def heard(self) -> None:
        self.missing -= 1
        if self.missing == 0:
            self.last = time.monotonic()
            self.complete.set()

    async def hear(self, patience: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(patience):
                await self.complete.wait()
        except TimeoutError:
            self.last = time.monotonic()
        different = {tuple(page.ids) for page in self.pages}
        heard = [page.ids for page in self.pages]
        for page in self.pages:
            page.ids = []
        return {"last": self.last, "missing": self.missing, "alike": len(different) == 1, "ids": heard[0]}

    async def close(self) -> dict[str, Any]:
        for page in self.pages:
            page.transport.abort()
        self.pages = []
        await asyncio.sleep(0)
        return {}


async def main() -> None:
    """Answer commands until the input ends."""
    crowd = Crowd()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await crowd.do(json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
