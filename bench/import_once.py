"""One import in a process of its own: `python -m bench.import_once FILE` prints what it took as JSON."""

import json
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Import the file into the roster of the bench corps."""
    django.setup()
    from corps.actors import SYSTEM
    from corps.models import Unit
    from members.operations.imports import import_now

    unit_id = Unit.objects.get(code="B0").pk
    steps: list[tuple[str, float]] = []

    def note(stage: str, done: int, _total: int) -> None:
        if done == 0 and (not steps or steps[-1][0] != stage):
            steps.append((stage, time.perf_counter()))

    path = Path(sys.argv[1])
    began = time.perf_counter()
    done = import_now(actor=SYSTEM, unit_id=unit_id, file_name=path.name, content=path.read_bytes(), listener=note)
    ended = time.perf_counter()
    times = [at for _, at in steps] + [ended]
    stages = {name: round(after - at, 2) for (name, at), after in zip(steps, times[1:], strict=True)}
    stages = {"upload": round(times[0] - began, 2), **stages}
    print(
        json.dumps(
            {
                "seconds": ended - began,
                "state": done.state,
                "refusal": done.refusal,
                "verdicts": done.counts.get("verdicts"),
                "stages": stages,
            }
        )
    )


if __name__ == "__main__":
    main()
