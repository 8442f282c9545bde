"""Types as one writes them: aliases such as ``ArrayLike`` are else told by all that they stand for."""

import re
from typing import Any

from docutils import nodes
from numpy.typing import ArrayLike
from sphinx import addnodes
from sphinx.util.typing import stringify_annotation

from dlopt_deap.sampling import Distribution, Metric

ALIASES = {
    stringify_annotation(Metric, "smart"): "~dlopt_deap.sampling.metrics.Metric",
    stringify_annotation(Distribution, "smart"): "~dlopt_deap.sampling.distributions.Distribution",
    stringify_annotation(ArrayLike, "smart"): "~numpy.typing.ArrayLike",
}
"""What Sphinx tells of an alias, and its name; one that is part of another comes after it."""

PATTERNS = {
    r"~?(?:numpy\.)?ndarray\[tuple\[~?(?:typing\.)?Any, \.\.\.\], ~?(?:numpy\.)?dtype\[([^\[\]]+)\]\]": r"NDArray[\1]",
    r"~numpy\.random\._generator\.": "~numpy.random.",
    r"(?<![\w.~])NDArray\b": "~numpy.typing.NDArray",
    r"(?<![\w.~])Axes\b": "~matplotlib.axes.Axes",
    r"(?<![\w.~])np\.(\w+)": r"~numpy.\1",
    r"(?<![\w.~])pd\.(\w+)": r"~pandas.\1",
    r"(?<![\w.~])tools\.(Logbook|History)\b": r"~deap.tools.support.\1",
}
"""Arrays, private homes, and names that a module imports for the type checker alone."""


def setup(app: Any) -> dict[str, bool]:
    """Have the types rewritten before they go into the descriptions."""
    app.connect("object-description-transform", _rewrite, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def readable(annotation: str) -> str:
    """Write an annotation as its author did.

    Examples:
        >>> readable("~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.float32]] | None")
        '~numpy.typing.NDArray[~numpy.float32] | None'
    """
    for told, name in ALIASES.items():
        annotation = annotation.replace(told, name)
    for pattern, name in PATTERNS.items():
        annotation = re.sub(pattern, name, annotation)
    return annotation


def _rewrite(app: Any, domain: str, objtype: str, content: addnodes.desc_content) -> None:
    """Rewrite the types of one object: of its arguments, and of itself if it is an attribute."""
    del domain, objtype
    for annotations in app.env.current_document.autodoc_annotations.values():
        annotations.update({name: readable(annotation) for name, annotation in annotations.items()})
    for told in content.parent.findall(addnodes.desc_annotation):
        if "ndarray[" in told.astext():
            text = readable(told.astext()).replace("~numpy.typing.", "")
            told.clear()
            told += nodes.Text(text)
