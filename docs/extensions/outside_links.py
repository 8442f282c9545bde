"""Links that lead out of docs/, as they do on a code host, made to hold on the site as well.

A page that is included here (the changelog) is linked to here. Another file goes with the site, to be downloaded, which
MyST does by itself. A folder cannot be shown on a site, so its link becomes its name.
"""

import re
from pathlib import Path
from typing import Any

INCLUDED = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "docs": "index.md",
}
"""Files beside docs/, each with the page that has its text."""

LINK = re.compile(r"\[(?P<text>[^\]\[]*)\]\((?P<target>\.\.?/[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def setup(app: Any) -> dict[str, bool]:
    """Have every page rewritten as it is read."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _rewrite(app: Any, docname: str, source: list[str]) -> None:
    """Rewrite the links of one page."""
    folder = (Path(app.srcdir) / docname).parent
    root = Path(app.config.repository)
    source[0] = LINK.sub(lambda link: _replacement(link, folder, root, Path(app.srcdir)), source[0])


def _replacement(link: re.Match[str], folder: Path, root: Path, srcdir: Path) -> str:
    """Give the link that stands for one that leads out of docs/; others stay."""
    path = (folder / link["target"]).resolve()
    if path.is_relative_to(srcdir) or not path.is_relative_to(root):
        return link[0]
    page = INCLUDED.get(path.relative_to(root).as_posix())
    if page:
        up = "../" * len(folder.relative_to(srcdir).parts)
        return f"[{link['text']}]({up}{page}{link['anchor'] or ''})"
    return f"`{path.relative_to(root)}`" if path.is_dir() else link[0]
