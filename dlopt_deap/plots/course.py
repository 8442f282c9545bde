"""The course of a search, as figures draw it, wherever it was read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from deap import tools
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, listed, shown
from dlopt_deap.core import WORST
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.plots.traits import Traits, traits_of_genes
from dlopt_deap.sampling.metrics import METRICS
from dlopt_deap.storage.records import Individual

Column = NDArray[np.float64]
"""A number a row of the logbook, shape (rows,); NaN where there is none."""

AGAINST: Final = {
    "evaluations": "evaluations",
    "seconds": "time of the search / s",
    "generations": "generation",
}
"""What a search is drawn against, and the label that says it."""

_SIGNS: Final = {"log_p": 1, "p": 1, "num_weights": -1, "multiply_adds": -1, "look_back": -1} | dict.fromkeys(
    METRICS, -1
)
"""The signs of targets that a logbook alone does not tell."""

_GENERATIONS: Final = "give the run folder, its run.sqlite, or the populations of a `callbacks.PopulationLog`"


@dataclass(frozen=True)
class Course:
    """The course of a search; :func:`~dlopt_deap.plots.read_course` makes it.

    Attributes:
        logbook: A row a generation.
        origin: What it was read from, such as ``"a logbook"``, for messages.
        signs: The targets that are known: +1 maximised, -1 minimised, ``None`` if that is not known.
        timings: The seconds of the search at each row; ``None`` where they are a column of the logbook, or unknown.
        traits: What gives look-back, layers and units of genes.
        read_populations: Gives the populations, if there are any; asked once, when they are wanted.
        read_individuals: Gives all individuals that are known, if there are any.
    """

    logbook: tools.Logbook
    origin: str
    signs: Mapping[str, int | None] = field(default_factory=dict)
    timings: Sequence[float | None] | None = None
    traits: Traits = traits_of_genes
    read_populations: Callable[[], list[list[Individual]]] | None = None
    read_individuals: Callable[[], list[Individual]] | None = None

    @property
    def _who(self) -> str:
        """What it was read from, at the beginning of a sentence."""
        return self.origin[:1].upper() + self.origin[1:]

    def target(self, target: str | None, sign: int | None) -> tuple[str, int]:
        """Choose the target that is drawn, the first unless one is named, and its sign.

        Raises:
            SettingError: If the sign is neither given nor known, or is neither +1 nor -1.
            DataError: If no target is named and none is known.
        """
        if target is None:
            target = next(iter(self.signs), None)
        if target is None:
            have = listed(list(self.logbook.chapters)) or "none"
            raise DataError(f"`target` must be named, since {self.origin} does not tell; its chapters are: {have}.")
        if sign is None:
            sign = self.signs.get(target) or _SIGNS.get(target)
        if sign not in (1, -1):
            raise SettingError(
                f"`sign` must be 1 if {target!r} is maximised and -1 if it is minimised, got {shown(sign)}; "
                f"{self.origin} does not tell."
            )
        return target, sign

    def column(self, chapter: str, statistic: str) -> Column:
        """Take one statistic of every row; NaN where there is none.

        A logbook without chapters, as DEAP's own ``Statistics`` makes it, has the statistics of the one target itself.

        Raises:
            DataError: If the logbook has no such chapter, or no row.
        """
        if chapter in self.logbook.chapters and len(self.logbook):
            return np.array(self.logbook.chapters[chapter].select(statistic), dtype=float)
        if len(self.logbook) and not self.logbook.chapters and statistic in self.logbook[0]:
            return np.array(self.logbook.select(statistic), dtype=float)
        have = ", ".join(self.logbook.chapters) or "none"
        raise DataError(f"The logbook has no rows of {chapter!r}; its chapters are: {have}.")

    def count(self, name: str) -> Column:
        """Take a column of counts; NaN where there is none."""
        return np.array(self.logbook.select(name), dtype=float)

    def positions(self, against: str) -> Column:
        """Give where each row of the logbook lies on the x-axis.

        Raises:
            SettingError: If ``against`` is none of evaluations, seconds and generations.
            DataError: If that is not known of the rows.
        """
        check_choice("against", against, AGAINST)
        if against == "seconds":
            return self._seconds()
        known = self.count("evaluations" if against == "evaluations" else "gen")
        if not np.isnan(known).any():
            return known
        if against == "generations":
            return np.arange(len(self.logbook), dtype=float)
        made = self.count("nevals")  # DEAP's own algorithms count the evaluations of each generation
        if np.isnan(made).any():
            raise DataError(
                f"The logbook must have a column `evaluations` or `nevals` in each row; {self.origin} lacks it."
            )
        return np.cumsum(made)

    @property
    def restarts(self) -> list[int]:
        """The rows at which the search started anew."""
        counts = self.count("restart")
        return [int(row) for row in np.flatnonzero(np.diff(counts) > 0) + 1]

    def populations(self) -> list[list[Individual]]:
        """Give the individuals of each generation, an empty list where none was kept.

        Raises:
            DataError: If none are known.
        """
        if self.read_populations is None:
            raise DataError(f"{self._who} holds no populations; {_GENERATIONS}.")
        populations = self.read_populations()
        if not any(populations):
            raise DataError(f"{self._who} holds no individual; {_GENERATIONS} of a search that kept them.")
        return populations

    def individuals(self) -> list[Individual]:
        """Give all individuals that are known and did not fail, each once, in the order of their evaluations.

        Raises:
            DataError: If none are known.
        """
        if self.read_individuals is None:
            raise DataError(f"{self._who} holds no individuals; give the result, or {_GENERATIONS[5:]}.")
        known = [one for one in self.read_individuals() if all(abs(value) < WORST for value in one.fitness.values())]
        if not known:
            raise DataError(f"{self._who} holds no individual whose evaluation succeeded.")
        return known

    def _seconds(self) -> Column:
        """Give the seconds of the search at each row."""
        seconds = self.count("seconds") if self.timings is None else np.array(list(self.timings), dtype=float)
        if len(seconds) != len(self.logbook) or np.isnan(seconds).any():
            raise DataError(
                f"{self._who} holds no seconds of each generation; give the result, the search, or the "
                "run folder with its `logbook.csv` or `run.sqlite`, or draw `against` evaluations."
            )
        return seconds


def fitness_of(individual: Individual, target: str) -> float:
    """Give the fitness of an individual; NaN if its evaluation failed or it has no such target."""
    value = individual.fitness.get(target, np.nan)
    return float(value) if abs(value) < WORST else np.nan
