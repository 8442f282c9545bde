"""The base of what the command line can do."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from dlopt_deap.storage import open_run

if TYPE_CHECKING:
    from dlopt_deap.tools.settings.run import OutputSettings


class ActionBase(ABC):
    """Something that the command ``dlopt-deap`` can do (abstract).

    A package of your own adds one by an entry point of the group ``dlopt_deap.actions``; see ``docs/plugins.md``.

    Attributes:
        name: How it is called.
        description: What it does, in one sentence.
        arguments: The settings that are given without a name, in their order; one with a ``*`` before its name takes
            all that is left.
        essentials: The settings, as dotted names with example values, that ``dlopt-deap init`` writes without a ``#``.

    Source:
        DLOPT's ``ActionBase`` (its public code), whose configuration is a dict that each action checks itself.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]] = ("data.path",)
    essentials: ClassVar[dict[str, Any]] = {}

    @classmethod
    @abstractmethod
    def settings_model(cls) -> "type[OutputSettings]":
        """Give the model of the settings: an ``ActionSettings``, or an ``OutputSettings`` of what takes no time."""

    @classmethod
    def kept_settings(cls, folder: str, accept_versions: bool = False) -> dict[str, Any]:
        """Give the settings that a run was begun with, for one who resumes it without giving them again.

        Args:
            folder: The folder of the run.
            accept_versions: Whether to go on though Python or packages have other versions.

        Raises:
            RunFolderError: If there is no run to resume.
        """
        with open_run(folder, "resume", accept_versions) as run:
            return dict(run.found.options)

    @abstractmethod
    def run(self, settings: Any) -> int:
        """Do it.

        Args:
            settings: The settings, of the action's own model.

        Returns:
            The exit code of the program: 0 if all went well.

        Raises:
            DloptError: If a user's mistake is found; its sentence is all that is shown of it.
        """
