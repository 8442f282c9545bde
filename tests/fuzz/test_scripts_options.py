"""Command lines that nobody should type, given to the scripts in this process."""

import importlib.util
import io
import os
import re
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from fuzz.cases import COUNTED, fuzz, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap.errors import SettingError
from dlopt_deap.tools import Session, add_series_options, read_series, script_parser

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"
NAMES = ["evolve_csv", "evolve_sine", "evolve_text", "sample_sine", "train_csv"]

VALUES = st.one_of(
    st.integers(-2, 9).map(str),
    st.sampled_from(
        [
            "sunspots",
            "load",
            "load,load",
            "day",
            ",",
            ";",
            "lstm",
            "gru",
            "mae",
            "log_p,mae",
            "native",
            "licence",
            "word",
        ]
    ),
    st.sampled_from(
        ["1e9", "nan", "inf", "9" * 12, "9" * 400, "9" * 5000, "1,2", "1,,2", "%(prog)s", "%s", "a" * 3000]
    ),
    st.sampled_from(["good.csv", "none.csv", ".", "/dev/zero", "/dev/null", "a\0b", "--", "-", "", "@file", "-1", "٣"]),
    st.text(max_size=6),
)
MEANT = st.sampled_from([["--series", "sunspots"], ["good.csv"], ["good.csv", "--target", "load"], []])


class Begun(Exception):  # noqa: N818 - it is no error
    """The options were taken, and the work would begin."""


def begin(*arguments: Any, **keywords: Any) -> None:
    raise Begun


def script(name: str) -> ModuleType:
    """Load a script as a module."""
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options_of(main: Any) -> list[str]:
    """Name the options that a script knows, as its help tells them."""
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        main(["--help"])
    return [*sorted(set(re.findall(r"--[a-z-]+", said.getvalue())) - {"--help"}), "--no", "--", "-x"]


def lines(options: list[str]) -> Any:
    """Draw command lines: options with and without a value, and values alone."""
    known = st.sampled_from(options)
    pair = st.tuples(known, VALUES)
    word = st.integers(0, 9).flatmap(lambda number: pair if number else st.one_of(VALUES, known, pair.map("=".join)))
    flat = st.lists(word, max_size=4).map(
        lambda words: [part for word in words for part in ([word] if isinstance(word, str) else word)]
    )
    return st.tuples(MEANT, flat)


def try_series(argv: list[str]) -> None:
    """Read the options of a series, and the series."""
    parser = script_parser("try.py", "Try.")
    add_series_options(parser)
    assert len(read_series(parser.parse_args(argv))) > 0
    begin()


MODULES = {name: script(name) for name in NAMES}
LINES = {name: lines(options_of(module.main)) for name, module in MODULES.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("options")
    rows = "".join(f"{row},{row % 7}.5\n" for row in range(60))
    (folder / "good.csv").write_text(f"day,load\n{rows}")
    return folder


def parse(folder: Path, work: Any) -> None:
    """Let a script read its options: it begins, or ends with exit code 2 and one message that says why."""
    said, code = io.StringIO(), None
    with chdir(folder), redirect_stderr(said), redirect_stdout(io.StringIO()):
        try:
            with success_or_one_clear_error():
                work()
        except Begun:
            COUNTED["begun"] += 1
        except SystemExit as ended:
            code = ended.code
    # An option that has a line break is quoted with it.
    usage, _, message = said.getvalue().partition(": error: ")
    assert code in (None, 2)
    assert (code == 2) == bool(message.strip())
    assert "Traceback" not in usage
    assert os.listdir(folder) == ["good.csv"]


@pytest.mark.parametrize("name", NAMES)
@fuzz(drawn=st.data())
def test_a_script_takes_its_options_or_says_in_one_line_what_is_wrong_with_them(
    folder: Path, name: str, drawn: Any
) -> None:
    module = MODULES[name]
    meant, line = drawn.draw(LINES[name])
    begins = [(module, one) for one in ("new_run_folder", "train") if hasattr(module, one)]
    with ExitStack() as patches:
        for owner, function in [*begins, (Session, "open_folder")]:
            patches.enter_context(mock.patch.object(owner, function, begin))
        parse(folder, lambda: module.main([*(meant if "csv" in name else []), *line]))


@fuzz(words=lines(options_of(try_series)))
def test_the_options_of_a_series_give_a_series_or_one_clear_error(
    folder: Path, words: tuple[list[str], list[str]]
) -> None:
    parse(folder, lambda: try_series([*words[0], *words[1]]))


def test_a_listing_that_would_never_end_is_refused(folder: Path) -> None:
    line = ["--layers", "1", "1000", "--units", "1", "9"]
    with pytest.raises(SettingError, match="`architectures` must be a whole number of at most 1000000000, got"):
        MODULES["sample_sine"].main(line)
    assert os.listdir(folder) == ["good.csv"]
