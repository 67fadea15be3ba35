"""Root's servers run as an unprivileged user: PostgreSQL refuses root, and no server needs it."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from yiwu.services.trouble import TroubleError

DEFAULT_USER = "nobody"


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """The account servers run as when `./dev` itself is run by root."""

    name: str
    uid: int
    gid: int


def service_user() -> ServiceUser | None:
    """The account to drop to, or None for an ordinary user, whose servers run as that user.

    `YIWU_SERVICE_USER` names another account than nobody. Raises `TroubleError` when it does not exist or is root.
    """
    if os.geteuid() != 0:
        return None
    name = os.environ.get("YIWU_SERVICE_USER") or DEFAULT_USER
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise TroubleError(
            f"PostgreSQL refuses to run as root, and this machine has no user {name!r} to run it.",
            "Run ./dev as an ordinary user, or name an unprivileged account in YIWU_SERVICE_USER.",
        ) from None
    if entry.pw_uid == 0:
        raise TroubleError("PostgreSQL refuses to run as root.", "Name an unprivileged account in YIWU_SERVICE_USER.")
    return ServiceUser(name=name, uid=entry.pw_uid, gid=entry.pw_gid)


def own_name() -> str:
    """The name PostgreSQL's peer check will see. Raises `TroubleError` for a user id the machine has no name for."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise TroubleError(
            f"User id {os.geteuid()} has no name on this machine, and PostgreSQL wants one.",
            "Run ./dev as a user that is listed in /etc/passwd.",
        ) from None


def reaches(user: ServiceUser | None, place: Path) -> bool:
    """Whether `user` may enter (folder) or read and run (file) `place`, asked of the kernel in a child process."""
    if user is None:
        return os.access(place, os.R_OK | os.X_OK)
    child = os.fork()
    if child == 0:
        answer = 1
        try:
            os.setgroups([])
            os.setresgid(user.gid, user.gid, user.gid)
            os.setresuid(user.uid, user.uid, user.uid)
            answer = 0 if os.access(place, os.X_OK) else 1
        finally:
            os._exit(answer)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
