"""What all settings have in common."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """A group of settings (abstract): immutable, each with a default or required, a text that explains it, and bounds.

    The text below a field is its help. A value is taken as it is written: text is no number, and 1.5 no whole one.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        """Check the settings as a whole, while it is known where they were given."""
        self.check()
        return self

    @classmethod
    def usual_kind(cls, name: str, values: Mapping[str, Any]) -> str | None:  # noqa: ARG003
        """Give the kind of a group that names none; ``None``: the first of those that are to be had.

        Args:
            name: The setting that is the group.
            values: What is set beside it.
        """
        return None

    def check(self) -> None:
        """Refuse settings that are right one by one, but not together.

        Raises:
            SettingError: If they do not fit together; a sentence that begins with the name of one of them in backticks
                is told with the place of that one.
        """
