"""What connecting to the live process is measured beside: an ASGI application that does nothing but open a stream."""

from typing import Any

HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every request with headers, then hold it open until the page leaves."""
    if scope["type"] != "http":
        # Without a lifespan of its own: the server takes this for the answer.
        raise RuntimeError("only requests are answered")
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    while (await receive())["type"] != "http.disconnect":
        pass
