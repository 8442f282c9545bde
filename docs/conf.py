"""How Sphinx builds the site. It needs no network, and whatever it warns of is an error (`make docs`)."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "dlopt_deap"
author = "The dlopt_deap developers"
project_copyright = author
version = release = version_of("dlopt_deap")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",
    "outside_links",
    "public_names",
    "readable_types",
    "short_names",
]
exclude_patterns = ["extensions"]
highlight_language = "none"
copybutton_exclude = ".linenos, .gp, .go"
math_renderer = "mathml"

html_theme = "furo"
html_title = f"dlopt_deap {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False

# The pages are also read on a code host, where headings are anchors.
myst_heading_anchors = 4
myst_links_external_new_tab = False

python_maximum_signature_line_length = 88
autodoc_member_order = "groupwise"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
autosummary_generate = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_custom_sections = [("Source", "notes_style")]

nitpicky = True
nitpick_ignore_regex = [
    # The site is built without a network, hence without the inventories of others: their names are told, not linked.
    ("py:.*", r"(abc|argparse|collections|datetime|multiprocessing|os|pathlib|typing)\..*"),
    ("py:.*", r"(deap|keras|matplotlib|numpy|optuna|pandas|pydantic|sklearn)\..*"),
    ("py:class", r"NDArray|ArrayLike|np\..*"),  # as modules write them that import numpy for the type checker alone
    # Names of types that stand for any, and have no description of their own.
    ("py:class", r"(.*\.)?(Individual|Model)"),
]


def setup(app: Any) -> None:
    """Tell the extensions where the repository is."""
    app.add_config_value("repository", str(Path(__file__).resolve().parent.parent), "env")
