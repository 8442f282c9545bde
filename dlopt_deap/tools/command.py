"""The command ``dlopt-deap``."""

import argparse
import sys
from collections.abc import Sequence

from dlopt_deap.checks import did_you_mean, listed
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.catalogue import catalogue, load
from dlopt_deap.tools.configuring import COMMANDS
from dlopt_deap.tools.one_sentence import OneSentenceParser
from dlopt_deap.tools.script import run_script

PROGRAM = "dlopt-deap"

SHORT = {
    "seed": ("N", "seed of the run"),
    "out": ("FOLDER", "new folder for the results"),
    "resume": ("FOLDER", "go on with the run in this folder"),
    "workers": ("N", "local processes or threads"),
}
SWITCHES = {
    "overwrite": "delete a run that the folder of --out holds",
    "accept-versions": "resume though Python or packages have other versions",
    "verbose": "print the logbook, a row a generation",
    "quiet": "show no progress; only the report",
}
"""Settings that have an option of their own; every other is given in the file or by ``--set``."""


def run() -> None:
    """Run the command, and end the program."""
    run_script(PROGRAM, main)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Raises:
        DloptError: If a user's mistake is found.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0].startswith("-"):
        parser = _parser()
        parser.parse_args(given)
        parser.print_help()
        return 0
    name, *rest = given
    if name in COMMANDS:
        return COMMANDS[name].run(rest)
    known = catalogue("actions")
    if name not in known:
        hint = did_you_mean(name, [*known, *COMMANDS], f"; there are {listed([*known, *COMMANDS])}.")
        raise SettingError(f"There is no action {name!r}{hint}")
    return _run_action(name, rest)


def _run_action(name: str, rest: list[str]) -> int:
    """Parse the options of an action, read its settings, and run it."""
    action = load("actions", name, "action")()
    parser = action_parser(name, action)
    options = parser.parse_args(rest)
    from dlopt_deap.tools.settings.reading import read_settings

    return int(action.run(read_settings(action, options)))


class _CommandParser(OneSentenceParser):
    """The parser of the command without an action: it asks the actions what they do when its help is wanted."""

    def format_help(self) -> str:
        """Write the help, with all actions."""
        actions = [f"  {name:<10} {_description(name)}" for name in catalogue("actions")]
        commands = [f"  {name:<10} {command.description}" for name, command in COMMANDS.items()]
        told = ["actions:", *actions, "", "and:", *commands, "", f"{PROGRAM} ACTION --help tells more.", ""]
        return super().format_help() + "\n" + "\n".join(told)


def _parser() -> argparse.ArgumentParser:
    """Make the parser of the command without an action, for its help and its version."""
    from dlopt_deap import __version__

    parser = _CommandParser(
        PROGRAM,
        "Evolve recurrent neural networks for time series.",
        usage=f"{PROGRAM} ACTION [CONFIG | DATA] [--set KEY=VALUE] [options]",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def _description(name: str) -> str:
    """Say what an action does, or why nobody knows."""
    try:
        return str(load("actions", name, "action").description)
    except SettingError as error:
        return f"({error})"


def action_parser(name: str, action: ActionBase) -> argparse.ArgumentParser:
    """Make the parser of an action's options: those of :data:`SHORT` and :data:`SWITCHES` that are settings of it."""
    parser = OneSentenceParser(f"{PROGRAM} {name}", action.description)
    given = ", ".join(one.lstrip("*") for one in action.arguments)
    parser.add_argument("config", nargs="*", metavar="CONFIG", help=f"settings (.toml or .json), or else {given}")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, such as problem.epochs=20 (may be given again; it overrides the file)",
    )
    known = action.settings_model().model_fields
    for option, (metavar, meaning) in SHORT.items():
        if option in known:
            parser.add_argument(f"--{option}", metavar=metavar, help=known[option].description or meaning)
    for option, meaning in SWITCHES.items():
        if option.replace("-", "_") in known:
            told = known[option.replace("-", "_")].description if option == "overwrite" else None
            parser.add_argument(f"--{option}", action="store_true", help=told or meaning)
    parser.epilog = f"All settings: {PROGRAM} init {name}, or {PROGRAM} schema {name}."
    return parser
