"""A parser of command lines that tells of a mistake as everything else does: in one sentence."""

import argparse
from typing import NoReturn

from dlopt_deap.errors import SettingError


class OneSentenceParser(argparse.ArgumentParser):
    """A parser that raises where others print how they are used; it wants options in full."""

    def __init__(self, program: str, description: str, **settings: object) -> None:
        super().__init__(program, description=description, allow_abbrev=False, **settings)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Tell of a mistake.

        Raises:
            SettingError: Always.
        """
        raise SettingError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")
