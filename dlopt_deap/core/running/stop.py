"""When a search ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from dlopt_deap.checks import check_choice, check_integer, check_number, did_you_mean, items_of, shown
from dlopt_deap.errors import SettingError

IDLE_GENERATIONS = 1000
"""After so many generations in a row that made nothing new, the operators will make nothing new."""

SIGNALS = ("SIGUSR1", "SIGUSR2", "SIGHUP", "SIGALRM", "SIGXCPU")
"""The signals that may be asked to end a search, beside SIGINT and SIGTERM, which always do."""


@dataclass(frozen=True)
class Stop:
    """The criteria that end a search; the first one that is met does.

    Attributes:
        max_evaluations: The evaluations of the whole run, restarts included. It is never exceeded: a last generation
            that does not fit is evaluated as far as it does.
        max_generations: The generations of the whole run, not counting the initial population of each restart.
        max_seconds: The seconds of the search. It is looked at after every evaluation.
        stagnation: The generations in a row without a better best.
        target_fitness: The fitness value to reach for each target, e.g. ``{"log_p": -12.0}``.
        signals: The names of signals that end a search as Ctrl-C and termination do, with everything kept; batch
            systems send ``"SIGUSR1"`` or ``"SIGUSR2"`` some time before they end a job.

    Raises:
        SettingError: If a value makes no sense, or nothing is given that is sure to end a search.
    """

    max_evaluations: int | None = None
    max_generations: int | None = None
    max_seconds: float | None = None
    stagnation: int | None = None
    target_fitness: Mapping[str, float] | None = None
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("max_evaluations", "max_generations", "stagnation"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check_integer(name, getattr(self, name), low=1))
        if self.max_seconds is not None:
            object.__setattr__(self, "max_seconds", check_number("max_seconds", self.max_seconds, above=0.0))
        if self.target_fitness is not None and not isinstance(self.target_fitness, Mapping):
            raise SettingError(
                f"`target_fitness` must give a value for each target, such as {{'log_p': -12.0}}, got "
                f"{shown(self.target_fitness)}."
            )
        if self.target_fitness is not None:
            wanted = {
                name: check_number(f"target_fitness[{shown(name)}]", value)
                for name, value in self.target_fitness.items()
            }
            object.__setattr__(self, "target_fitness", wanted)
        names = None if isinstance(self.signals, str) else items_of(self.signals)
        if names is None:
            raise SettingError(f"`signals` must be names of signals, such as ('SIGUSR1',), got {shown(self.signals)}.")
        object.__setattr__(self, "signals", tuple(check_choice("signals", name, SIGNALS) for name in names))
        sure = (self.max_evaluations, self.max_generations, self.max_seconds, self.stagnation)
        if all(criterion is None for criterion in sure):
            raise SettingError(
                "Nothing would end this search; give `max_evaluations`, or a `Stop` with max_evaluations, "
                "max_generations, max_seconds or stagnation."
            )

    def check_targets(self, targets: Collection[str]) -> None:
        """See that the fitness to reach is one of these targets.

        Raises:
            SettingError: If it is that of another.
        """
        for name in self.target_fitness or {}:
            if name not in targets:
                hint = did_you_mean(name, targets, ".")
                raise SettingError(f"`target_fitness` names {name!r}, which is no target of the problem{hint}")

    def to_dict(self) -> dict[str, Any]:
        """Give the criteria that are set, as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["signals"] = list(self.signals) or None
        return {name: value for name, value in values.items() if value is not None}
