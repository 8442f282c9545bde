"""The commands that repeat a run, go on with it, and use what it left: as one pastes them into a shell.

What a run folder holds may be of anybody, so that every word is quoted, and nothing is named as a program but this
package's own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlopt_deap.errors import SettingError
from dlopt_deap.tools.saved.run_record import RunRecord
from dlopt_deap.tools.saved.saved_result import SAMPLING, SEARCH, TRAINING

PROGRAM = "dlopt-deap"

SCRIPTS = ("evolve_csv.py", "evolve_sine.py", "evolve_text.py", "evolve_weights_sine.py", "train_csv.py")
"""The scripts whose runs keep their options."""

FOR_A_SESSION = ("workers", "verbose", "quiet", "tensorboard", "seed", "out", "resume", "overwrite", "accept_versions")
"""Options without which a run gives the same result."""

OWN_DATA = ("sine", "sunspots")
"""Series that the package has itself: a run with one of them is resumed without naming it again."""

LONGEST_LINE = 88
"""A longer command goes on in further lines."""

Words = list[str]


def action_of(record: RunRecord) -> str:
    """Name the action of the command line that left a run; ``""`` if it was none."""
    options = record.options
    if not isinstance(options.get("data"), Mapping):
        return ""
    marks = {"optimize": (SEARCH, "problem"), "train": (TRAINING, "architectures"), "sample": (SAMPLING, "sampling")}
    return next((name for name, (kind, mark) in marks.items() if record.kind == kind and mark in options), "")


def script_of(record: RunRecord) -> str:
    """Name the script that left a run; ``""`` if it was none."""
    name = record.options.get("program")
    return name if isinstance(name, str) and name in SCRIPTS else ""


def repetition(record: RunRecord, seed: int | None = None) -> Words | None:
    """Give the command that makes a run again, in a folder beside the old one.

    Args:
        record: The run.
        seed: Another seed than the run's.

    Returns:
        The words of the command; ``None`` if the run was not begun by a command that is known.
    """
    new = record.seed if seed is None else seed
    ending = ["again"] if seed is None else [f"seed-{seed}"]
    last = ["--seed", str(new), "--out", beside(record, *ending)] if new is not None else []
    if action := action_of(record):
        arguments = _arguments(record, action)
        return None if arguments is None else [PROGRAM, action, *arguments, *last]
    if script := script_of(record):
        return ["python", f"scripts/{script}", *_script_arguments(record), *last]
    return None


def resumption(record: RunRecord, evaluations: int | None = None) -> Words | None:
    """Give the command that goes on with a run, perhaps to more evaluations; ``None`` if there is none."""
    if script := script_of(record):
        if record.kind != SEARCH:
            return None
        file = record.options.get("file")
        further = [] if evaluations is None else ["--evaluations", str(evaluations)]
        given = [plain_path(file)] if isinstance(file, str) else []
        return ["python", f"scripts/{script}", *given, "--resume", place(record), *further]
    action = action_of(record)
    if action not in ("optimize", "sample"):
        return None
    data = record.options["data"]
    further = [] if evaluations is None else ["--set", f"stop.max_evaluations={evaluations}"]
    if data.get("kind") in OWN_DATA:
        return [PROGRAM, action, "--resume", place(record), *further]
    path = data.get("path")
    if data.get("kind") == "file" and isinstance(path, str) and Path(path).suffix:
        return [PROGRAM, action, plain_path(path), "--resume", place(record), *further]
    return [PROGRAM, action, CONFIGURATION, "--resume", place(record), *further]


CONFIGURATION = "run.json"
"""What the settings of a run are called where they are to be saved as a file."""


def comparison(record: RunRecord, others: int) -> Words:
    """Give the command that compares a run with those of the seeds after its own."""
    seeds = range((record.seed or 0) + 1, (record.seed or 0) + 1 + others)
    runs = [place(record), *(beside(record, f"seed-{seed}") for seed in seeds)]
    return [PROGRAM, "compare", *runs, "--out", beside(record, "seeds")]


def place(record: RunRecord) -> str:
    """Name the folder of a run, so that no program takes it for an option."""
    return plain_path(str(record.folder))


def plain_path(path: str) -> str:
    """Name a file or folder, so that no program takes it for an option."""
    return f"./{path}" if path.startswith("-") else path


def beside(record: RunRecord, ending: str) -> str:
    """Name a folder beside that of a run."""
    folder = place(record)
    return f"{folder.rstrip('/')}-{ending}" if Path(folder).name not in ("", "..") else f"runs/{ending}"


def shell(words: Sequence[str]) -> str:
    r"""Write a command for a shell, in several lines if it is long: an option with its value each.

    Examples:
        >>> shell(["dlopt-deap", "report", "my runs/1"])
        "dlopt-deap report 'my runs/1'"
        >>> print(shell(["python", "x.py", "a\nb"]))
        python x.py $'a\nb'
    """
    quoted = [quote(word) for word in words]
    if len(" ".join(quoted)) <= LONGEST_LINE:
        return " ".join(quoted)
    lines: list[list[str]] = [[]]
    for word, written in zip(words, quoted, strict=True):
        if word.startswith("--"):
            lines.append([])
        lines[-1].append(written)
    return " \\\n    ".join(" ".join(line) for line in lines if line)


def quote(word: str) -> str:
    r"""Quote a word for a shell; of what cannot be seen, such as a line break, one sees what it is.

    Examples:
        >>> quote("a.csv"), quote("$(id)"), quote("\u202ea")
        ('a.csv', "'$(id)'", "$'\\u202ea'")
    """
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_escaped, word))}'"


def _escaped(character: str) -> str:
    """Write a character within ``$'...'``, as bash, ksh and zsh have it."""
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    code = ord(character)
    return known or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def configuration(record: RunRecord) -> dict[str, Any] | None:
    """Give the settings of a run of the command line, as a configuration file has them; ``None``: they are not known.

    Settings that are as they are by default are left out.
    """
    action = action_of(record)
    if not action:
        return None
    from dlopt_deap.tools.settings.changed import changed_settings

    kept = {name: value for name, value in record.options.items() if name not in (*FOR_A_SESSION, "fingerprint")}
    try:
        return changed_settings(action, kept) | _ending(record, kept)
    except SettingError:  # a setting of a package that is not installed here
        return None


def _ending(record: RunRecord, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give the criteria that end the run where it ended, whatever the default and however fast the machine."""
    stop = kept.get("stop")
    if record.kind != SEARCH or not isinstance(stop, Mapping):
        return {}
    given = {f"stop.{name}": value for name, value in stop.items() if value not in (None, [])}
    if record.stopped_by == "max_seconds":
        given.pop("stop.max_seconds", None)
        return given | {"stop.max_evaluations": record.evaluations}
    asked = record.settings.get("stop")
    most = asked.get("max_evaluations") if isinstance(asked, Mapping) else None
    return given | ({"stop.max_evaluations": most} if type(most) is int else {})


def _arguments(record: RunRecord, action: str) -> Words | None:
    """Give the arguments of an action: the file, and ``--set`` for all that is not as it is by default."""
    settings = configuration(record)
    if settings is None:
        return None
    if record.stopped_by == "max_seconds":
        settings.pop("stop.max_seconds", None)
    from dlopt_deap.tools.settings.files import parse_value
    from dlopt_deap.tools.settings.template import toml

    words: Words = []
    path = settings.get("data.path")
    if isinstance(path, str) and Path(path).suffix.lower() in (".csv", ".parquet") and "data.kind" not in settings:
        words.append(plain_path(path))
        del settings["data.path"]
    del action
    for name, value in settings.items():
        plain = isinstance(value, str) and value == value.strip() and parse_value(value) == value
        words += ["--set", f"{name}={value if plain else toml(value)}"]
    return words


def _script_arguments(record: RunRecord) -> Words:
    """Give the options of a script, all that were kept."""
    words: Words = []
    positional: Words = []
    for name, value in record.options.items():
        if name in (*FOR_A_SESSION, "program") or value is None or value is False or not re.fullmatch(r"\w+", name):
            continue
        option = f"--{name.replace('_', '-')}"
        if name == "file":
            positional.append(plain_path(str(value)))
        elif value is True:
            words.append(option)
        elif name == "stop_on_signal" and isinstance(value, list):
            words += [word for one in value for word in (option, str(one))]
        else:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            words += [f"{option}={text}"] if text.startswith("-") else [option, text]
    return [*positional, *words]
