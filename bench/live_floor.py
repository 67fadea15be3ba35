"""The floor of live events: a raw asyncio server that writes given bytes to every open connection, and does nothing
else. `python -m bench.live_floor PORT`; `POST` has its body written to all who ever asked with `GET`.
"""

import asyncio
import sys
from typing import ClassVar, cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection: it either listens for ever or has something to say once."""

    open: ClassVar[set[asyncio.Transport]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.read = b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, end, body = self.read.partition(b"\r\n\r\n")
        if not end:
            return
        if head.startswith(b"GET"):
            self.transport.write(HEAD)
            self.open.add(self.transport)
            self.read = b""
        elif len(body) >= int(head.rpartition(b" ")[2]):
            for transport in self.open:
                transport.write(body)
            self.transport.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self.transport)


async def main(port: int) -> None:
    """Serve until terminated."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
