"""The guard of the test suite itself: other machines are out of reach, this one is not."""

import socket

import pytest


def test_another_machine_is_out_of_reach() -> None:
    with pytest.raises(RuntimeError, match="Tests use no network"), socket.socket() as line:
        line.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match="Tests use no network"):
        socket.getaddrinfo("example.org", 80)


def test_this_machine_is_within_reach() -> None:
    with socket.socket() as door, socket.socket() as line:
        door.bind(("127.0.0.1", 0))
        door.listen()
        line.connect(door.getsockname())
    assert socket.getaddrinfo("localhost", 80)
