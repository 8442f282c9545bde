"""What the scripts share, so that each of them reads as an example: options, the report, and how a program ends."""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from dlopt_deap.architecture import TrainingProblem
from dlopt_deap.callbacks.progress import BY_A_CRITERION
from dlopt_deap.core import Forecast, Interrupts, Result, SearchState
from dlopt_deap.core.running.stop import SIGNALS
from dlopt_deap.errors import DloptError, DloptWarning
from dlopt_deap.parallel import Map, ScoopMap, scoop_is_running
from dlopt_deap.storage import RunFolder
from dlopt_deap.tools.output import is_saved, save_run
from dlopt_deap.tools.quiet import load_keras
from dlopt_deap.tools.readers import PIPE, call_until_unread
from dlopt_deap.tools.run_options import add_run_options
from dlopt_deap.weight import WeightProblem

EXIT_CODES = {"interrupted": 130, "terminated": 143, "failures": 1}
"""The exit codes of searches that did not end by a criterion; the first two as shells have them for the signals."""


def script_parser(program: str, description: str) -> argparse.ArgumentParser:
    """Make a parser with the options that all scripts have."""
    parser = argparse.ArgumentParser(program, description=description, allow_abbrev=False)
    parser.set_defaults(program=program)  # kept with the run, so that its page can tell the command
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed of the run; a fresh one, which is told, if left out"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="new folder for the results (default: below runs/)")
    return parser


def run_parser(program: str, description: str, samples: int | None = None) -> argparse.ArgumentParser:
    """Make a parser with the options of scripts that evaluate many candidates, by so many samples if by any."""
    parser = script_parser(program, description)
    if samples is not None:
        parser.add_argument(
            "--samples", type=int, default=samples, metavar="N", help="random weightings an architecture (%(default)s)"
        )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="local processes (every core); `python -m scoop -n N` has its own"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress; only the report")
    return parser


def search_parser(
    program: str, description: str, evaluations: int, population: int | None, samples: int | None = None
) -> argparse.ArgumentParser:
    """Make a parser with the options that all searches have, and these defaults."""
    parser = run_parser(program, description, samples)
    parser.add_argument("--evaluations", type=int, default=evaluations, metavar="N", help="in all (%(default)s)")
    shown = "that of the technique" if population is None else "%(default)s"
    parser.add_argument("--population", type=int, default=population, metavar="N", help=f"individuals ({shown})")
    add_run_options(parser)
    return parser


def announce(map_: Map, quiet: bool = False, run: RunFolder | None = None) -> None:
    """Say where the evaluations are carried out, how to have SCOOP do it, and where the run is kept."""
    if not quiet:
        how = "" if isinstance(map_, ScoopMap) else " (for several hosts: `python -m scoop`)"
        where = "" if run is None else f" The run is kept in {run.path}."
        print(f"Evaluating on {map_.description}{how}.{where}", file=sys.stderr, flush=True)


class Announcement:
    """A callback that says so when a search begins, and nothing of one that cannot; and why it then takes longer.

    Args:
        map_: What carries the evaluations out.
        run: The run's folder.
        quiet: Whether to say nothing.
    """

    def __init__(self, map_: Map, run: RunFolder, quiet: bool = False) -> None:
        self._map, self._run, self._quiet = map_, run, quiet

    def __call__(self, search: SearchState) -> None:
        """Say nothing after a generation."""

    def begin(self, search: SearchState) -> None:  # noqa: ARG002
        """Say where the search is carried out and kept."""
        announce(self._map, self._quiet, self._run)

    def end(self, search: SearchState) -> None:
        """Say what follows a search that was not interrupted, since it may take as long again."""
        is_told = self._run.changed and search.problem.noisy and not search.problem.cheap
        if self._quiet or not is_told or search.stopped_by not in BY_A_CRITERION:
            return
        what = "training them for long" if isinstance(search.problem, TrainingProblem) else "estimating them anew"
        print(f"Judging the best {len(search.hall_of_fame)} by {what}.", file=sys.stderr, flush=True)


def finish(
    result: Result, run: RunFolder, season: int | None = None, tell: Callable[[Result], str] | None = None
) -> int:
    """Save a result, report it, and return the program's exit code; of a run that had ended before, only report it.

    Args:
        result: The result.
        run: The open folder of its run.
        season: The rows of a season, for the forecast by the value one season ago.
        tell: Gives what is printed before the report.
    """
    if run.changed or not is_saved(result, run.path):
        # What was found is written whole, whoever wants the program to end meanwhile; a second Ctrl-C ends it.
        with Interrupts(result.settings.get("stop", {}).get("signals") or ()):
            load_keras()
            save_run(result, run.path, season)
    else:
        print(f"This run has ended before, by {result.stopped_by}; nothing was changed. More evaluations extend it.")
    if tell is not None:
        print(tell(result))
    print(report(result))
    if isinstance(result.problem, TrainingProblem | WeightProblem):
        print(forecast_report(result.forecast(season)))
    print(f"run folder: {run.path}", flush=True)
    if result.stopped_by == "failures":
        print(f"Too many evaluations in a row failed, the last one with: {result.last_failure}", file=sys.stderr)
    code = exit_code(result)
    if code:
        print(f"To go on with it: --resume {run.path}", file=sys.stderr)
    return code


def exit_code(result: Result) -> int:
    """Give the exit code of a program whose search ended so: 0, or as shells have them for the signals."""
    if result.stopped_by in SIGNALS:
        return 128 + signal.Signals[result.stopped_by]
    return EXIT_CODES.get(result.stopped_by, 0)


def report(result: Result) -> str:
    """Say in a few lines what was found, how sure it is, and what it took."""
    best = result.candidates[0].to_dict(result.problem)
    lines = [f"best: layers {best['layers']}, look-back {best['look_back']}, {best['num_weights']} weights"]
    for name, value in best["fitness"].items():
        line = f"{name}: {value:.6g}"
        if best["reestimated"] and result.problem.noisy:
            interval = [best["metrics"].get(f"{name}_{end}") for end in ("low", "high")]
            between = f", interval [{interval[0]:.4g}, {interval[1]:.4g}]" if None not in interval else ""
            line += f" (estimated anew{between}; the search saw {best['search_fitness'][name]:.6g})"
        lines.append(line)
    rate = result.evaluations / result.seconds if result.seconds else 0.0
    lines.append(
        f"{result.evaluations} evaluations in {result.seconds:.2f} s ({rate:.0f}/s), {result.failures} failed, "
        f"stopped by {result.stopped_by}, seed {result.seed}"
    )
    return "\n".join(lines)


def forecast_report(forecast: Forecast) -> str:
    """Say in a few lines how good a forecast is beside those that cost nothing."""
    own, *others = forecast.errors
    error = forecast.errors[own][forecast.criterion]
    measure, _, unit = forecast.unit.partition(", ")
    lines = [f"{measure} on the {forecast.split.name} split, {unit}: {error:.4g}"]
    for name in others:
        other = forecast.errors[name][forecast.criterion]
        verdict = f"{1 - error / other:.0%} less" if name in forecast.beaten else "not beaten"
        lines.append(f"  {name}: {other:.4g} ({verdict})")
    return "\n".join(lines)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning of this package as a sentence, and any other as Python does."""
    text = f"warning: {message}\n" if issubclass(category, DloptWarning) else None
    shown = warnings.formatwarning(message, category, filename, lineno, line) if text is None else text
    (sys.stderr if file is None else file).write(shown)


def run_script(name: str, main: Callable[[], int]) -> None:
    """Run a script's ``main`` and end the program: a user's mistake is one sentence, and the last line tells a failure.

    ``python -m scoop`` ends with exit code 0 whatever happened, so the last line is what tells it there.
    """
    if scoop_is_running():
        # At Ctrl-C its launcher sends SIGTERM after the SIGINT; what was found must still be written.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    warnings.showwarning = _show_warning
    try:
        code = call_until_unread(main)
    except DloptError as error:
        code = 2
        print(f"{name} failed: {error}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        code = EXIT_CODES["interrupted"]
        print(
            f"{name} failed: interrupted before the results were written; a run that had begun goes on with "
            "--resume FOLDER.",
            file=sys.stderr,
            flush=True,
        )
    else:
        if code not in (0, PIPE):
            print(f"{name} ended early, with exit code {code}.", file=sys.stderr, flush=True)
    if not scoop_is_running():
        sys.exit(code)
    # SCOOP prints any SystemExit as a traceback and ends with 0 all the same, so nothing is raised. But after Ctrl-C
    # its broker is gone, and its own way to end would wait for it for ever.
    if code in (EXIT_CODES["interrupted"], EXIT_CODES["terminated"]):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
