"""When the page of a run is written, beside its result."""

import json
import sys
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from tools.page.runs import SPACE, Page

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem
from dlopt_deap.core import Result, Stop
from dlopt_deap.errors import DloptWarning
from dlopt_deap.tools import Session, output, read_run
from dlopt_deap.tools.page import page_html

ROOT = Path(__file__).parents[3]
KERAS_WARNS = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def search(evaluations: int = 8, **where: Any) -> int:
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=5, final_samples=10)
    session = Session(Stop(max_evaluations=evaluations), seed=1, workers=1, quiet=True, **where)
    return session.search("sine", problem, Evolution(population_size=4))


class KilledError(BaseException):
    """Stands for the end of the process."""


def kill_before(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have the process end just before a file is written."""
    result = sys.modules[Result.__module__]
    write: Callable[..., None] = result.write_text

    def write_or_end(path: Path, text: str) -> None:
        if path.name == name:
            raise KilledError
        write(path, text)

    monkeypatch.setattr(result, "write_text", write_or_end)


def test_the_templates_are_data_of_the_package() -> None:
    package = ROOT / "dlopt_deap"
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = configuration["tool"]["setuptools"]["package-data"]["dlopt_deap"]
    templates = [str(path.relative_to(package)) for path in (package / "tools" / "page" / "templates").iterdir()]
    assert len(templates) == 2
    assert all(any(fnmatch(name, pattern) for pattern in patterns) for name in templates)


@pytest.mark.slow
@pytest.mark.keras
@KERAS_WARNS
def test_a_run_that_is_killed_between_its_page_and_its_result_is_mended_by_resuming_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        kill_before(patch, "result.json")
        with pytest.raises(KilledError):
            search(out=run)
    assert (run / "report.html").exists()
    assert not (run / "result.json").exists()
    assert search(resume=run) == 0
    assert (run / "report.html").read_text("utf-8") == page_html(read_run(run))

    with monkeypatch.context() as patch:  # and so is one whose folder has the result of an earlier session
        kill_before(patch, "result.json")
        with pytest.raises(KilledError):
            search(16, resume=run)
    assert "16 evaluations in" in Page((run / "report.html").read_text("utf-8")).words
    assert json.loads((run / "result.json").read_text())["evaluations"] == 8
    assert search(16, resume=run) == 0
    assert json.loads((run / "result.json").read_text())["evaluations"] == 16
    assert (run / "report.html").read_text("utf-8") == page_html(read_run(run))

    written = (run / "report.html").stat().st_mtime_ns
    capsys.readouterr()
    assert search(16, resume=run) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert (run / "report.html").stat().st_mtime_ns == written


@pytest.mark.slow
@pytest.mark.keras
@KERAS_WARNS
def test_a_result_is_written_though_its_page_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("in the page")

    monkeypatch.setattr(output, "write_page", fail)
    with pytest.warns(DloptWarning, match=r"report\.html could not be made: ZeroDivisionError: in the page"):
        assert search(out=tmp_path / "run") == 0
    assert json.loads((tmp_path / "run" / "result.json").read_text())["evaluations"] == 8
    assert not (tmp_path / "run" / "report.html").exists()


@pytest.mark.slow
@pytest.mark.keras
@KERAS_WARNS
def test_a_page_shows_the_figures_that_were_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    draw = output.draw
    monkeypatch.setattr(output, "draw", lambda path, *rest, **more: (drawn.append(path), draw(path, *rest, **more)))
    assert search(out=tmp_path / "run") == 0
    assert len(set(drawn)) == len(drawn) == 5
    images = Page((tmp_path / "run" / "report.html").read_text("utf-8")).all("img")
    assert len(images) == 5
