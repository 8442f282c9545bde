"""What all settings have in common."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A group of settings (abstract): immutable, each with a default or required, a text that explains it, and bounds.

    The text below a field is its help. A value is taken as it is written: text is no number, and 1.5 no whole one.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )
