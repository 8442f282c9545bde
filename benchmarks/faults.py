"""Inject faults into runs: count what is lost, what is done again, and whether the result is the same in the end.

    python benchmarks/faults.py                              # all kinds: 200 kills of the driver, 50 of workers
    python benchmarks/faults.py --only driver --kills 1000   # one kind only

Each run is one of `victim.py`, 30 evaluations in generations of 4. Its outcome (candidates, population, logbook, random
state), its evaluations and its generations are compared, value by value, with those of a run that nobody touched.

- driver: it is killed again and again, at random places, until its run ends by itself.
- worker: a process that evaluates is killed, or a SCOOP worker; the run must go on to its end by itself.
- candidate: candidates hurt the process that evaluates them. They must fail with the right status, everything else must
  be as in a run in which they only fail, without limits, and a second run must be the same as the first.

"Lost" are evaluations that were written down before a run was resumed, and are missing or another one after it.
"Redone" are calls of the evaluate function beyond the budget; the most after one kill stands beside what can be in
flight: what workers have begun, and what the writer had not put on the disk yet. What hurts itself is tried once more.
"""

import argparse
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random

from fault_runs import BUDGET, CASES, ONE, POOL, SCOOP, SCOOP_OF_3, Run, Way, difference, expected

PLACES = ("evaluation", "write", "written", "outside")
DRIVER_KILLS = [(way, place, share) for way, share in ((ONE, 15), (POOL, 6), (SCOOP, 4)) for place in PLACES]
WORKER_KILLS = [(POOL, "worker", 50), (SCOOP, "worker", 30), (SCOOP_OF_3, "scoop", 20)]
"""Where and how they are killed, and how many percent of all kills that is."""

STATUSES = {
    "segmentation fault": "died",
    "endless loop": "timeout",
    "memory hog": "memory",
    "os._exit": "died",
    "sys.exit": "failed",
    "exception": "failed",
}
"""What candidates do to themselves, and the status that their evaluations must have then."""

NAMES = {
    "evaluation": "driver killed as an evaluation begins",
    "write": "driver killed within a transaction",
    "written": "driver killed after a transaction",
    "outside": "driver killed from outside",
    "worker": "evaluating process killed",
    "scoop": "SCOOP worker killed",
}

FORMAT = "{:37} {:12} {:>6} {:>5} {:>9} {:>5} {:>6} {:>14} {:>9}"
HEADER = FORMAT.format("fault", "where", "faults", "runs", "identical", "lost", "redone", "most after one", "in flight")


@dataclass
class Tally:
    """A row of the table."""

    kind: str
    fault: str
    where: str
    injected: int = 0
    runs: int = 0
    identical: int = 0
    lost: int = 0
    redone: int = 0
    most: int | None = 0
    in_flight: int | None = 0
    troubles: list[str] = field(default_factory=list)

    def add(self, run: Run, wrong: str) -> None:
        """Count a run that is over; ``wrong`` says what is, if anything."""
        self.runs += 1
        self.injected += run.faults
        self.lost += sum(one.lost for one in run.sessions)
        self.redone += sum(one.calls for one in run.sessions) - BUDGET
        self.identical += not wrong
        if wrong:
            self.troubles.append(f"{self.fault}, {self.where}, {run.case}, {run.base}: {wrong}")
        else:
            run.clear()

    def note_cost(self, redone: int, in_flight: int) -> str:
        """Note how many evaluations a fault had done again, and say so if more than were in flight."""
        if redone >= (self.most or 0):
            self.most, self.in_flight = redone, in_flight
        return f"{redone} evaluations were done again, and {in_flight} in flight" if redone > in_flight else ""

    def line(self) -> str:
        """Give the row as a line of text."""
        figures = (self.injected, self.runs, self.identical, self.lost, self.redone, self.most, self.in_flight)
        shown = ["-" if one is None else str(one) for one in figures]
        return FORMAT.format(self.fault or self.kind, self.where, *shown)


def driver_killed(way: Way, place: str, kills: int, seed: str) -> Tally:
    """Kill drivers, as often as is wanted altogether, each run again and again."""
    tally, random = Tally("driver", NAMES[place], way.name), Random(seed)
    for case in cycle(random.sample(CASES, len(CASES))):
        if tally.injected >= kills or tally.troubles:
            break
        run, wrong = Run(case, way), ""
        while not run.over:
            is_enough = tally.injected + run.faults >= kills
            wrong = wrong or go_on(run, None if is_enough else place, random, tally)
        tally.add(run, run.trouble or wrong or difference(run))
    return tally


def go_on(run: Run, place: str | None, random: Random, tally: Tally) -> str:
    """Let a run go on until its driver is killed at a place, or to its end; say if that cost more than it may."""
    if place is None:
        session = run.work()
    elif place == "outside":
        session = run.work(outside=random)
    else:
        session = run.work("--kill", place, "--at", str(random.randint(1, 10 if place == "evaluation" else 4)))
    if not session.faults:
        return ""
    return tally.note_cost(session.calls - session.written, run.way.in_flight + session.handed - session.written)


def worker_killed(way: Way, who: str, kills: int, seed: str) -> Tally:
    """Kill a worker in each run, at a random evaluation."""
    tally, random = Tally("worker", NAMES[who], way.name), Random(seed)
    for case in cycle(random.sample(CASES, len(CASES))):
        if tally.injected >= kills or tally.troubles:
            break
        run = Run(case, way)
        session = run.work("--kill", who, "--at", str(random.randint(1, BUDGET)))
        wrong = tally.note_cost(session.calls - BUDGET, way.in_flight)
        tally.add(run, unfinished(run) or wrong or difference(run))
    return tally


def candidates_harmful(deed: str, seed: str) -> Tally:
    """Let candidates hurt themselves, in two runs of a case."""
    case = Random(seed).choice(("sampling", "training"))
    tally = Tally("candidate", deed, POOL.name, most=None, in_flight=None)
    first = None
    for _ in range(2):
        run = Run(case, POOL)
        session = run.work("--harm", deed, "--limits")
        wrong = unfinished(run) or unlike_failures(run, STATUSES[deed])
        if not wrong and session.calls - BUDGET > session.faults:
            wrong = f"{session.calls} calls with {session.faults} faults"
        first = first or run.rows()
        tally.add(run, wrong or ("another run than the first" if run.rows() != first else ""))
    return tally


def unfinished(run: Run) -> str:
    """Say what a run said last that should have gone on to its end, and did not."""
    return "" if run.over else f"did not go on: {run.said()}"


def unlike_failures(run: Run, status: str) -> str:
    """Say in what a run differs, but for a status, from one in which the harmful candidates only failed."""
    outcome, rows = expected(run.case, "--harm", "exception")
    found = run.rows()
    if run.outcome() != outcome or found.keys() != rows.keys():
        return "another result or logbook"
    for key, row in rows.items():
        wanted = row if row[5] == "ok" else (*row[:5], status)
        if found[key][: len(wanted)] != wanted:
            return f"evaluation {key} is {found[key]}"
    return ""


def divide(total: int, percents: list[int]) -> list[int]:
    """Divide a number by percents, so that the parts have the right sum."""
    ends = [round(total * sum(percents[: place + 1]) / 100) for place in range(len(percents))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def jobs(options: argparse.Namespace) -> list[Callable[[], Tally]]:
    """Say what there is to do, a row of the table each."""
    found: list[Callable[[], Tally]] = []
    for kind, function, table, total in (
        ("worker", worker_killed, WORKER_KILLS, options.workers),
        ("driver", driver_killed, DRIVER_KILLS, options.kills),
    ):
        parts = divide(total, [percent for *_, percent in table])
        for (way, place, _), kills in zip(table, parts, strict=True):
            if kills and kind in options.only:
                found.append(partial(function, way, place, kills, f"{options.seed} {way.name} {place}"))
    if "candidate" in options.only:
        found += [partial(candidates_harmful, deed, f"{options.seed} {deed}") for deed in STATUSES]
    return found


def total(tallies: list[Tally]) -> Tally:
    """Add the rows up."""
    whole = Tally("total", "", "")
    for name in ("injected", "runs", "identical", "lost", "redone", "troubles"):
        setattr(whole, name, sum((getattr(one, name) for one in tallies), getattr(whole, name)))
    costly = max(tallies, key=lambda one: one.most or 0)
    whole.most, whole.in_flight = costly.most, costly.in_flight
    return whole


def main() -> int:
    """Inject, print the table, and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="of the driver (%(default)s)")
    parser.add_argument("--workers", type=int, default=50, metavar="N", help="kills of workers (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the random places (%(default)s)")
    kinds = ["driver", "worker", "candidate"]
    parser.add_argument("--only", choices=kinds, nargs="+", default=kinds, metavar="KIND", help=f"of {kinds}")
    parser.add_argument(
        "--jobs", type=int, default=3, metavar="N", help="rows that are made side by side (%(default)s)"
    )
    parser.add_argument("--json", type=Path, default=Path("faults.json"), metavar="FILE", help="(%(default)s)")
    options = parser.parse_args()

    for case in CASES:
        expected(case)
    print(HEADER)
    tallies = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for tally in pool.map(lambda job: job(), jobs(options)):
            tallies.append(tally)
            print(tally.line(), flush=True)
    whole = total(tallies)
    print(whole.line(), *whole.troubles, sep="\n")
    options.json.write_text(json.dumps([asdict(one) for one in (*tallies, whole)], indent=2) + "\n")
    return 1 if whole.troubles or whole.lost or whole.identical < whole.runs else 0


if __name__ == "__main__":
    sys.exit(main())
