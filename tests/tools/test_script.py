"""What the scripts share."""

import re
from pathlib import Path
from typing import Any

import pytest
from toy import Toy

from dlopt_deap import data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import Evolution
from dlopt_deap.errors import DataError, RunFolderError
from dlopt_deap.parallel import open_map
from dlopt_deap.storage import open_run
from dlopt_deap.tools import default_folder, parse_search, report, run_script, search_parser
from dlopt_deap.tools.script import Announcement


def test_the_report_tells_what_was_found_how_sure_it_is_and_what_it_took() -> None:
    result = Evolution(population_size=4).optimize(Toy(noise=5.0), 20, seed=7)
    lines = report(result).splitlines()
    assert re.fullmatch(r"best: layers \[1, \d+, 1\], look-back \d+, \d+ weights", lines[0])
    assert re.fullmatch(r"distance: \S+ \(estimated anew; the search saw \S+\)", lines[1])
    assert re.fullmatch(r"20 evaluations in \S+ s \(\d+/s\), 0 failed, stopped by max_evaluations, seed 7", lines[2])


def test_a_user_s_mistake_is_one_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise DataError("The file is empty.")

    with pytest.raises(SystemExit) as ended:
        run_script("try.py", main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "try.py failed: The file is empty.\n"


def test_ctrl_c_before_anything_was_found_is_one_sentence_and_exit_code_130(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def main() -> int:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        run_script("try.py", main)
    assert ended.value.code == 130
    assert "interrupted before the results were written" in capsys.readouterr().err


@pytest.mark.parametrize("code", [0, 1, 143])
def test_a_script_ends_with_the_code_of_its_main(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_script("try.py", lambda: code)
    assert ended.value.code == code
    assert bool(capsys.readouterr().err) == bool(code)


def test_an_error_of_the_program_itself_keeps_its_traceback() -> None:
    def main() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_script("try.py", main)


def test_the_options_have_the_defaults_of_the_script() -> None:
    parser = search_parser("try.py", "Try.", evaluations=30, population=3, samples=10)
    options: Any = parser.parse_args(["--seed", "0", "--quiet"])
    assert (options.evaluations, options.population, options.samples) == (30, 3, 10)
    assert (options.seed, options.quiet, options.out, options.workers) == (0, True, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("evaluations", [1]), ("population", {"a": 1}), ("seed", "x"), ("stop_on_signal", 5), ("quiet", "yes")],
)
def test_an_option_that_a_file_made_up_is_refused_when_the_run_is_resumed(
    tmp_path: Path, name: str, value: Any
) -> None:
    with open_run(tmp_path / "run") as folder:
        folder.options = {name: value}
        Evolution(population_size=4).optimize(Toy(), 8, seed=1, run=folder)
    parser = search_parser("try.py", "Try.", evaluations=30, population=3, samples=10)
    with pytest.raises(RunFolderError, match=f"as its option {name}, which this program cannot have given it"):
        parse_search(parser, ["--resume", str(tmp_path / "run")])


def test_two_runs_never_have_the_same_default_folder() -> None:
    assert default_folder("sine") != default_folder("sine")


@pytest.mark.parametrize(
    ("quiet", "stopped_by", "told"),
    [
        (False, "max_evaluations", True),
        (True, "max_evaluations", False),
        (False, "interrupted", False),
    ],
)
def test_a_search_says_what_it_does_after_its_last_generation_unless_it_was_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quiet: bool, stopped_by: str, told: bool
) -> None:
    problem = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 6), (1, 2), (1, 6)), num_samples=5)
    with open_run(tmp_path / "run") as run, open_map(1) as map_:
        announcing = Announcement(map_, run, quiet)

        def interrupt(search: Any) -> None:
            if stopped_by == "interrupted":
                raise KeyboardInterrupt

        callbacks = [announcing, interrupt]
        found = Evolution(population_size=4).optimize(problem, 8, seed=1, run=run, callbacks=callbacks)
    assert found.stopped_by == stopped_by
    assert ("Judging the best 8 by estimating them anew." in capsys.readouterr().err) == told
