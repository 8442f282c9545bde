"""Runs of `victim.py` that are hurt, for `faults.py`: how they are started, what they leave and what they should."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parent.parent
CASES = ("sampling", "training", "inherited", "adjusting", "pareto", "restarts")
BUDGET = 30
GENERATION = 4
"""Individuals of a generation in every case: no more are evaluated at a time, whatever the workers."""

TIMEOUT = 300.0
"""Seconds that a process may take; some take 30, on a machine that others use too."""

SPAN = 0.08
"""Seconds in which a kill from outside comes; the whole search of an easy case takes about as long."""

GENERATIONS = "SELECT number, json_remove(logbook, '$.seconds'), population FROM generations ORDER BY number"
"""What of the logbook does not depend on the time."""

STABLE = "stage, number, generation, genes, fitness, status, reason, metrics, extra"
"""What is the same in every run; what differs is when, where, and in which time."""

Rows = dict[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Way:
    """Where a run evaluates, and how many evaluations can be begun and not yet given back there."""

    name: str
    program: tuple[str, ...]
    arguments: tuple[str, ...]
    in_flight: int

    @property
    def scoop(self) -> bool:
        """Whether SCOOP has the workers."""
        return bool(self.program)


ONE = Way("one process", (), ("--workers", "1"), 1)
POOL = Way("pool of 2", (), ("--workers", "2"), GENERATION)
SCOOP = Way("scoop -n 2", ("-m", "scoop", "-n", "2"), (), GENERATION)
SCOOP_OF_3 = Way("scoop -n 3", ("-m", "scoop", "-n", "3"), (), GENERATION)


@dataclass
class Session:
    """What one process, or one start of SCOOP, did for a run."""

    faults: int = 0
    """Faults injected."""
    calls: int = 0
    """Calls of the evaluate function."""
    handed: int = 0
    """Evaluations that were handed over to be written."""
    written: int = 0
    """Evaluations of the search that were written."""
    lost: int = 0
    """Evaluations that were written before it, and are missing or another after it."""


@dataclass
class Run:
    """One run of a case, in a folder of its own, from its beginning to its end."""

    case: str
    way: Way
    base: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="faults-")))
    sessions: list[Session] = field(default_factory=list)
    trouble: str = ""

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.base / "run"

    @property
    def faults(self) -> int:
        """Faults injected so far."""
        return sum(one.faults for one in self.sessions)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.trouble) or (self.folder / "outcome.json").exists()

    def work(self, *arguments: str, outside: Random | None = None) -> Session:
        """Start the run or go on with it, until it ends or is killed, from ``outside`` if that is to be random."""
        calls = self.base / f"calls-{len(self.sessions)}"
        before = self.rows("*")
        killed = self._start(arguments, calls, outside)
        after = self.rows("*")
        made = {noted: size(Path(f"{calls}{end}")) for noted, end in (("calls", ""), ("handed", ".handed"))}
        session = Session(
            faults=size(Path(f"{calls}.faults")) + killed,
            written=searched(after) - searched(before),
            lost=sum(after.get(key) != row for key, row in before.items()),
            **made,
        )
        self.sessions.append(session)
        if not self.over and not session.faults:
            self.trouble = f"ended without an outcome: {self.said()}"
        return session

    def rows(self, columns: str = STABLE) -> Rows:
        """Give the evaluations that are written down, by stage and number."""
        return {row[:2]: row for row in query(self.folder, f"SELECT {columns} FROM evaluations")}

    def outcome(self) -> Any:
        """Give all that the program found, and the logbook."""
        outcome = json.loads((self.folder / "outcome.json").read_text())
        return outcome, query(self.folder, GENERATIONS), query(self.folder, "SELECT * FROM lineage ORDER BY number")

    def said(self) -> str:
        """Give the last of what the latest process said."""
        return (self.base / "said.txt").read_text()[-600:].strip()

    def clear(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.base)

    def _start(self, arguments: tuple[str, ...], calls: Path, outside: Random | None) -> bool:
        """Start a process and wait for its end; say whether it was killed from outside."""
        program = [sys.executable, *self.way.program, "benchmarks/victim.py", self.case, str(self.folder)]
        command = [*program, *self.way.arguments, "--calls", str(calls), *arguments]
        killed = False
        with (self.base / "said.txt").open("w") as said:
            process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
            try:
                if outside is not None:
                    killed = kill_at_random(process, calls, outside)
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                self.trouble = f"did not end within {TIMEOUT:g} s: {' '.join(command)}"
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        by_signal = self.way.scoop or process.returncode == -signal.SIGKILL  # SCOOP does not tell
        return killed and by_signal and not (self.folder / "outcome.json").exists()


def kill_at_random(process: subprocess.Popen[bytes], calls: Path, random: Random) -> bool:
    """Kill the driver at a random moment, soon after it opens the run or after its first evaluation."""
    driver = Path(f"{calls}.driver")
    sign = random.choice([driver, calls])
    until = time.monotonic() + TIMEOUT
    while not sign.exists():
        if process.poll() is not None or time.monotonic() > until:
            return False
        time.sleep(0.001)
    with suppress(ProcessLookupError):  # it has ended by itself
        handle = os.pidfd_open(int(driver.read_text()))
        try:
            time.sleep(random.uniform(0.0, SPAN))
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return True
        finally:
            os.close(handle)
    return False


def query(folder: Path, text: str) -> list[Any]:
    """Ask a run's file, in a copy: SQLite's own rollback after a kill is left to the package that resumes."""
    if not (folder / "run.sqlite").exists():
        return []
    with tempfile.TemporaryDirectory() as copy:
        for file in folder.glob("run.sqlite*"):
            shutil.copy(file, copy)
        connection = sqlite3.connect(Path(copy) / "run.sqlite")
        try:
            if not connection.execute("SELECT * FROM sqlite_master").fetchall():  # killed before it had made the tables
                return []
            return connection.execute(text).fetchall()
        finally:
            connection.close()


def size(file: Path) -> int:
    """Give the bytes of a file of notes, which is not there if nothing was noted."""
    return file.stat().st_size if file.exists() else 0


def searched(rows: Rows) -> int:
    """Give the number of evaluations that the search itself made."""
    return sum(stage == "search" for stage, _ in rows)


@cache
def expected(case: str, *arguments: str) -> tuple[Any, Rows]:
    """Give the outcome, the logbook and the evaluations of a run in one process that nobody touched."""
    run = Run(case, ONE)
    run.work(*arguments)
    if run.trouble:
        raise RuntimeError(f"The run that is compared with {run.trouble}")
    found = run.outcome(), run.rows()
    run.clear()
    return found


def difference(run: Run) -> str:
    """Say in what a run that is over differs from one that nobody touched; nothing if it does not."""
    outcome, rows = expected(run.case)
    if run.outcome() != outcome:
        return "another result or logbook"
    return "other evaluations" if run.rows() != rows else ""
