"""What one evaluation may take before it is ended."""

from dataclasses import asdict, dataclass
from typing import Any

from dlopt_deap.checks import check_integer, check_number


@dataclass(frozen=True)
class Limits:
    """The limits of evaluations; ``None`` is no limit. What exceeds one fails alone, and the run goes on.

    Args:
        seconds: The time of one evaluation, by a clock that never jumps. Its process is ended.
        memory: The memory of one evaluation in MB, beyond what its process has at the evaluation's beginning. Python,
            numpy and numba raise ``MemoryError``; a library that cannot may end its process.
        evaluations: A process is renewed after so many, for libraries whose memory grows with each.
        retries: So often an evaluation is done again whose process died, or that ran out of time or memory: it may
            have been the machine's fault. What raised is never done again.

    Raises:
        SettingError: If a limit makes no sense.

    Examples:
        >>> Limits(seconds=60, evaluations=100).to_dict()
        {'seconds': 60.0, 'memory': None, 'evaluations': 100, 'retries': 1}
    """

    seconds: float | None = None
    memory: float | None = None
    evaluations: int | None = None
    retries: int = 1

    def __post_init__(self) -> None:
        for name in ("seconds", "memory"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check_number(f"Limits.{name}", getattr(self, name), above=0.0))
        if self.evaluations is not None:
            check_integer("Limits.evaluations", self.evaluations, low=1)
        check_integer("Limits.retries", self.retries, low=0)

    @property
    def bounded(self) -> bool:
        """Whether there is a limit at all."""
        return any(limit is not None for limit in (self.seconds, self.memory, self.evaluations))

    def to_dict(self) -> dict[str, Any]:
        """Describe the limits as JSON values."""
        return asdict(self)
