"""Settings of what a run may take, and of where it is kept: common to all actions, or to those that search."""

from typing import Literal

from pydantic import Field

from dlopt_deap.core import Stop
from dlopt_deap.parallel import Limits
from dlopt_deap.tools.settings.base import Settings

Signal = Literal["SIGUSR1", "SIGUSR2", "SIGHUP", "SIGALRM", "SIGXCPU"]


class OutputSettings(Settings):
    """What every action has (abstract)."""

    out: str | None = Field(None, min_length=1)
    """Where the results go."""


class ActionSettings(OutputSettings):
    """What every action has that computes for long (abstract)."""

    seed: int | None = Field(None, ge=0, lt=2**64)
    """The seed of the run; a fresh one, which is told, unless given."""
    out: str | None = Field(None, min_length=1)
    """The new folder for the results; one below runs/ unless given."""
    resume: str | None = Field(None, min_length=1)
    """The folder of a run to go on with; always given as --resume."""
    overwrite: bool = False
    """Whether to delete a run that the folder of out holds."""
    accept_versions: bool = False
    """Whether to resume though Python or packages have other versions."""
    workers: int | None = Field(None, ge=1, le=1024)
    """Local processes, or threads where they serve; every core unless given. SCOOP has its own."""
    verbose: bool = False
    """Whether to print the logbook, a row a generation."""
    quiet: bool = False
    """Whether to show no progress."""


class StopSettings(Settings):
    """What ends a search; the first criterion that is met."""

    max_evaluations: int | None = Field(None, ge=1)
    """The evaluations of the whole run; what suits the problem unless any criterion is given."""
    max_generations: int | None = Field(None, ge=1)
    """The generations."""
    max_seconds: float | None = Field(None, gt=0)
    """The seconds of the search."""
    stagnation: int | None = Field(None, ge=1)
    """The generations in a row without a better best."""
    target_fitness: dict[str, float] | None = Field(None, examples=[{"mae": 0.05}])
    """The value to reach for each target."""
    signals: tuple[Signal, ...] = ()
    """Signals that end a search as Ctrl-C does, with everything kept."""

    def check(self) -> None:
        """See that they fit together."""
        self.build(1)

    def build(self, default: int) -> Stop:
        """Make the criteria; ``default`` evaluations if none is sure to end a search."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        sure = ("max_evaluations", "max_generations", "max_seconds", "stagnation")
        if all(values[name] is None for name in sure):
            values["max_evaluations"] = default
        return Stop(**values)


class LimitSettings(Settings):
    """What one evaluation may take; what exceeds it fails alone."""

    seconds: float | None = Field(None, gt=0)
    """The time of one evaluation."""
    memory: float | None = Field(None, gt=0)
    """The memory of one evaluation in MB."""
    evaluations: int | None = Field(None, ge=1)
    """Evaluations after which a worker process is renewed."""
    retries: int = Field(1, ge=0)
    """So often an evaluation is done again that the machine may have failed."""

    def check(self) -> None:
        """See that they fit together."""
        self.build()

    def build(self) -> Limits:
        """Make the limits."""
        return Limits(self.seconds, self.memory, self.evaluations, self.retries)
