"""Links that lead out of docs/, as they do on a code host, made to hold on the site as well.

A file of the repository that is a page here (the changelog) is linked to as that page, which takes over its whole text.
Another file goes with the site, to be downloaded, which MyST does by itself. A folder cannot be shown on a site, so its
link becomes its name.
"""

import re
from os.path import relpath
from pathlib import Path
from typing import Any

PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "README.md": "readme.md", "docs": "index.md"}
"""What stands beside docs/, each with the page that stands for it."""

TAKEN_OVER = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md", "readme": "README.md"}
"""Pages that are a text from beside docs/."""

LINK = re.compile(r"\[(?P<text>[^\]\[]*)\]\((?P<target>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")


def setup(app: Any) -> dict[str, bool]:
    """Have every page rewritten as it is read."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _rewrite(app: Any, docname: str, source: list[str]) -> None:
    """Rewrite the links of one page, or of the text that it takes over."""
    srcdir, root = Path(app.srcdir), Path(app.config.repository)
    page = srcdir / docname
    if page.with_suffix(".rst").exists():
        return
    folder = page.parent
    if docname in TAKEN_OVER:
        source[0], folder = (root / TAKEN_OVER[docname]).read_text(encoding="utf-8"), root
        app.env.note_dependency(str(root / TAKEN_OVER[docname]))
    source[0] = LINK.sub(lambda link: _replacement(link, folder, page.parent, root), source[0])


def _replacement(link: re.Match[str], folder: Path, to: Path, root: Path) -> str:
    """Give the link, as from the folder ``to``, that stands for one of a text of the folder ``folder``."""
    path = (folder / link["target"]).resolve()
    if not path.is_relative_to(root) or not path.exists():
        return link[0]  # Sphinx tells of what is not there
    inside = path.relative_to(root).as_posix()
    if path.is_dir() and inside not in PAGES:
        return f"`{inside}`"
    target = relpath(root / "docs" / PAGES[inside] if inside in PAGES else path, to)
    return f"[{link['text']}]({target}{link['anchor'] or ''})"
