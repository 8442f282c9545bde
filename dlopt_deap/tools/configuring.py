"""What the command line has beside its actions: help with writing configurations."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlopt_deap.checks import check_choice
from dlopt_deap.errors import SettingError
from dlopt_deap.files import write_text
from dlopt_deap.tools.catalogue import BUILT_IN, catalogue, load
from dlopt_deap.tools.one_sentence import OneSentenceParser


@dataclass(frozen=True)
class Command:
    """A command that has no settings of its own.

    Attributes:
        description: What it does.
        run: Does it, with the rest of the command line; gives the exit code.
    """

    description: str
    run: Callable[[Sequence[str]], int]


def init(argv: Sequence[str]) -> int:
    """Write a commented configuration."""
    parser = _parser("init", "Write a configuration with every setting of an action, explained.")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a new .toml file, instead of showing it")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting, such as a kind")
    options = parser.parse_args(argv)
    from dlopt_deap.tools.settings.reading import given_settings
    from dlopt_deap.tools.settings.template import template

    text = template(load("actions", options.action, "ACTION"), given_settings(options.set))
    if options.out is None:
        sys.stdout.write(text)
        return 0
    if options.out.suffix != ".toml":
        raise SettingError(f"--out must name a .toml file, got {str(options.out)!r}.")
    if options.out.exists():
        raise SettingError(f"{options.out} is there already; choose another name, or remove it.")
    write_text(options.out, text)
    sys.stdout.write(f"{options.out}: edit it, then run dlopt-deap {options.action} {options.out}\n")
    return 0


def schema(argv: Sequence[str]) -> int:
    """Print the JSON schema of an action's settings, for editors."""
    options = _parser("schema", "Print the JSON schema of an action's settings, for editors.").parse_args(argv)
    from dlopt_deap.tools.settings.files import SCHEMA

    model = load("actions", options.action, "ACTION").settings_model()
    found = model.model_json_schema()
    found["properties"][SCHEMA] = {"type": "string", "description": "Where the schema of this file is."}
    written = {SCHEMA: "https://json-schema.org/draft/2020-12/schema", **found}
    sys.stdout.write(json.dumps(written, indent=2) + "\n")
    return 0


def list_names(argv: Sequence[str]) -> int:
    """List everything that a configuration can name, and the package that has it."""
    parser = OneSentenceParser("dlopt-deap list", "List what a configuration can name.")
    parser.add_argument("group", nargs="?", metavar="GROUP", help=f"only one of {', '.join(BUILT_IN)}")
    wanted = parser.parse_args(argv).group
    for group in BUILT_IN if wanted is None else [check_choice("GROUP", wanted, BUILT_IN)]:
        sys.stdout.write(f"{group}:\n")
        for name, entry in sorted(catalogue(group).items()):
            sys.stdout.write(f"  {name:<36} {entry.package}\n")
    return 0


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    """Make the parser of a helper that is about one action."""
    parser = OneSentenceParser(f"dlopt-deap {name}", description)
    parser.add_argument("action", nargs="?", default="optimize", metavar="ACTION", help="the action (%(default)s)")
    return parser


COMMANDS = {
    "init": Command("write a commented configuration", init),
    "schema": Command("print the JSON schema of an action's settings, for editors", schema),
    "list": Command("list what a configuration can name, with the package that has it", list_names),
}
"""By name."""
