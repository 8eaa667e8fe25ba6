"""CPU time as the kernel counts it: how busy the machine is otherwise does not show in it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found, open_ends = [], [root]
    while open_ends:
        process = open_ends.pop()
        found.append(process)
        open_ends += children.get(process, [])
    return found


def spent(processes: Iterable[int]) -> dict[int, float]:
    """{process: milliseconds on a CPU so far, all its threads}."""
    times = {}
    for process in processes:
        try:
            threads = list(Path(f"/proc/{process}/task").glob("*/schedstat"))
            times[process] = sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6
        except OSError:
            continue
    return times


def buried(process: int) -> float:
    """Milliseconds of all children of a process that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) * TICK_MS


class Meter:
    """What a tree of processes has used since the meter was made.

    Helpers that came and went meanwhile, such as PostgreSQL's parallel workers, count by what their parent, who buried
    them, was told.
    """

    def __init__(self, root: int) -> None:
        self.root, self.before, self.buried = root, spent(tree(root)), buried(root)

    def used(self) -> float:
        """Milliseconds since then."""
        now = spent(tree(self.root))
        living = sum(time - self.before.get(process, 0.0) for process, time in now.items())
        gone = sum(time for process, time in self.before.items() if process not in now)
        return living + max(0.0, buried(self.root) - self.buried - gone)
