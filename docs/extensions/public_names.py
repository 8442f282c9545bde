"""A table of a package's classes and functions above their descriptions, made from its ``__all__``."""

import inspect
from importlib import import_module
from typing import Any


def setup(app: Any) -> dict[str, bool]:
    """Have the table added to the docstring of every package, before napoleon (500) reads the docstrings."""
    app.connect("autodoc-process-docstring", _add_table)
    app.connect("autodoc-process-docstring", _keep_sentence, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add_table(app: Any, what: str, name: str, object_: Any, options: Any, lines: list[str]) -> None:
    """Add the table, if the docstring is that of a package."""
    del app, object_
    if what != "module":
        return
    left_out = options.get("exclude-members") or set()
    package = import_module(name)
    public = [one for one in getattr(package, "__all__", ()) if one not in left_out]
    public = [
        one for one in public if inspect.isclass(getattr(package, one)) or inspect.isroutine(getattr(package, one))
    ]
    if public:
        lines += ["", ".. autosummary::", "   :nosignatures:", "", *(f"   {one}" for one in public), ""]


def _keep_sentence(app: Any, what: str, name: str, object_: Any, options: Any, lines: list[str]) -> None:
    """Keep napoleon from taking what stands before a colon in the text of an attribute for its type."""
    del app, name, object_, options
    if what in {"attribute", "data", "property"} and lines:
        lines.insert(0, "\\ ")
