"""Run folders of anybody's: a result, a logbook, settings of a sampling, changed at random."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from fuzz.cases import fuzz, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import compare_forecasts
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.tools import draw_run, read_run, run_report
from dlopt_deap.tools.comparing.comparison import compare_records
from dlopt_deap.tools.page import page_html

JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 40),
        st.floats(allow_nan=True),
        st.text(max_size=8),
        st.sampled_from([10**400, -(10**30), 1e308, "../../x", "\ud800", "x" * 1000, float("inf")]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
"""Whatever a JSON file may hold, and what Python's own reader takes beside it."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a search would save, without Keras."""
    problem = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 4), (1, 2), (1, 4)), num_samples=5, final_samples=9)
    result = Evolution(population_size=4).optimize(problem, 12, seed=1)
    forecast = compare_forecasts(problem.series, result.spec, result.weights)
    best, *others = (candidate.to_dict(problem) for candidate in result.candidates)
    entries = {
        **best,
        "others": others,
        "series": problem.series.description(),
        **{name: getattr(result, name) for name in ("seed", "evaluations", "failures", "stopped_by", "settings")},
        "run": {"seconds": 1.5},
        "test": forecast.to_dict(),
    }
    texts = {"logbook.csv": logbook_csv(result.logbook), "forecast.csv": forecast.to_csv()}
    return {"entries": json.loads(json.dumps(entries)), "texts": texts}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in nested JSON."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [one for key, inner in items for one in places(inner, (*path, key))]


def changed(entries: Any, path: tuple[Any, ...], new: Any, remove: bool) -> Any:
    """Change or remove what stands in one place."""
    entries = copy.deepcopy(entries)
    home = entries
    for step in path[:-1]:
        home = home[step]
    if remove:
        del home[path[-1]]
    else:
        home[path[-1]] = new
    return entries


def read_everything(folder: Path) -> None:
    """Do all that is done with the folder of somebody else."""
    record = read_run(folder)
    run_report(record)
    draw_run(record, folder.parent / "drawn")
    page_html(record, figures=folder.parent / "drawn")
    compare_records([record, record])


@fuzz(choice=st.floats(0, 1, exclude_max=True), new=JSON, remove=st.booleans(), share=0.4)
def test_a_result_changed_in_any_place_is_read_or_refused_in_one_sentence(
    saved: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, choice: float, new: Any, remove: bool
) -> None:
    everywhere = places(saved["entries"])
    entries = changed(saved["entries"], everywhere[int(choice * len(everywhere))], new, remove)
    folder = tmp_path_factory.mktemp("case") / "run"
    folder.mkdir()
    (folder / "result.json").write_text(json.dumps(entries), errors="surrogatepass")
    with success_or_one_clear_error():
        record = read_run(folder)
        run_report(record)
        page_html(record)
        compare_records([record, record])
    shutil.rmtree(folder.parent)


@fuzz(
    name=st.sampled_from(["result.json", "logbook.csv", "forecast.csv"]),
    cut=st.floats(0, 1),
    junk=st.binary(max_size=9),
    share=0.2,
)
def test_a_file_that_is_cut_short_or_has_junk_in_it_is_read_or_refused_in_one_sentence(
    saved: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, name: str, cut: float, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("case") / "run"
    folder.mkdir()
    for one, text in {**saved["texts"], "result.json": json.dumps(saved["entries"])}.items():
        content = text.encode()
        if one == name:
            half = int(cut * len(content))
            content = content[:half] + junk + (content[half:] if junk else b"")
        (folder / one).write_bytes(content)
    with success_or_one_clear_error():
        read_everything(folder)
    shutil.rmtree(folder.parent)


def test_what_these_cases_begin_with_is_read_whole(saved: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for one, text in {**saved["texts"], "result.json": json.dumps(saved["entries"])}.items():
        (tmp_path / "run" / one).write_text(text)
    record = read_run(tmp_path / "run")
    assert record.evaluations == 12
    drawn = [path.stem for path in draw_run(record)]
    assert drawn == ["fitness_log_p", "architectures", "forecast", "residuals"]
