"""The settings of an action, from its configuration file, its options, and the run that it goes on with."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlopt_deap.checks import shown
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.settings.data import FileSource
from dlopt_deap.tools.settings.files import Configuration, parse_value, read_configuration
from dlopt_deap.tools.settings.locating import PARSERS
from dlopt_deap.tools.settings.models import KIND
from dlopt_deap.tools.settings.run import ActionSettings, OutputSettings
from dlopt_deap.tools.settings.validation import validated

TEXTS = ("out", "resume")
"""The options whose value is a name, whatever it looks like."""

WITHOUT_FILES = ("sine", "sunspots")
"""The sources of data that read no file."""

DATA = "data.path"
"""The setting that is the file of a series."""

OF_FILE = "file"
"""The source of data that reads one."""

NEITHER = (".yaml", ".yml", ".ini", ".cfg", ".conf", ".py", ".keras", ".sqlite")
"""What neither is a configuration nor holds a series, though somebody may think so."""


def read_settings(action: ActionBase, options: argparse.Namespace) -> OutputSettings:
    """Give the settings of an action.

    What is given by an option goes before the file; ``--seed`` and the like before ``--set``.

    Args:
        action: The action.
        options: What the command line holds: ``config``, ``set``, and options that are settings of that name.

    Raises:
        SettingError: If a setting is unknown, missing or wrong, or the file cannot be read.
        RunFolderError: If there is no run to resume.
    """
    configuration = _base(action, options)
    for name, value in given_settings(options.set).items():
        configuration = configuration.changed(name, value, f"--set {name}")
    for name, value in vars(options).items():
        if name not in ("config", "set") and value not in (None, False):
            parsed = parse_value(value) if isinstance(value, str) and name not in TEXTS else value
            configuration = configuration.changed(name, parsed, f"--{name.replace('_', '-')}")
    settings = validated(action.settings_model(), configuration)
    if isinstance(settings, ActionSettings) and settings.resume and (settings.out is not None or settings.overwrite):
        raise SettingError("--resume goes on in the folder that it names; leave out --out and --overwrite.")
    return settings


def given_settings(texts: Sequence[str]) -> dict[str, Any]:
    """Give the settings of ``--set``, by dotted name.

    Raises:
        SettingError: If one is not ``KEY=VALUE``.

    Examples:
        >>> given_settings(["problem.epochs=20", "data.path=load.csv"])
        {'problem.epochs': 20, 'data.path': 'load.csv'}
    """
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise SettingError(f"--set must be KEY=VALUE, such as problem.epochs=20, got {shown(text)}.")
        settings[name.strip()] = parse_value(value.strip())
    return settings


def _base(action: ActionBase, options: argparse.Namespace) -> Configuration:
    """Give what is set before any option: by a file, by what has no name, or by the run that is gone on with."""
    given = list(options.config)
    configuration = Configuration({})
    if given and Path(given[0]).suffix.lower() in PARSERS:
        configuration = read_configuration(given.pop(0))
    elif getattr(options, "resume", None):
        configuration = Configuration(_settings_of_run(action, options, DATA in action.arguments and bool(given)))
    return _with_arguments(action, configuration, given)


def _with_arguments(action: ActionBase, configuration: Configuration, given: list[str]) -> Configuration:
    """Set what is given without a name."""
    for name in action.arguments:
        if given and name.startswith("*"):
            configuration, given = configuration.changed(name[1:], given, " ".join(given)), []
        elif given:
            first, *given = given
            suffix = Path(first).suffix.lower()
            if name == DATA and (not suffix or suffix in NEITHER):
                raise SettingError(
                    f"{shown(first)} must be a configuration ({' or '.join(PARSERS)}) or a file of data such as "
                    "series.csv, by its suffix."
                )
            configuration = configuration.changed(name, first, first)
    if given:
        takes = ", ".join(action.arguments)
        raise SettingError(
            f"{shown(given[0])} is one too many: `{action.name}` takes a configuration, then {takes}; give other "
            "settings by --set."
        )
    return configuration


def _settings_of_run(action: ActionBase, options: argparse.Namespace, has_data: bool) -> dict[str, Any]:
    """Give the settings that a run was begun with.

    A file is never read because a run folder names it: its data could be anybody's. So only series that the package
    has itself are taken from there; of a file that is given again only how it was read.
    """
    kept = action.kept_settings(options.resume, options.accept_versions)
    data = kept.get("data")
    kind = data.get(KIND) if isinstance(data, Mapping) else None
    if has_data:
        usual = {name: field.default for name, field in FileSource.model_fields.items()}
        given = data if isinstance(data, Mapping) and kind == OF_FILE else {}
        return {**kept, "data": {name: value for name, value in given.items() if value != usual.get(name)}}
    if kind not in WITHOUT_FILES:
        raise SettingError(
            f"Give the configuration or the data of the run again ({shown(data)}): no file is read because a folder "
            "names it."
        )
    return kept
