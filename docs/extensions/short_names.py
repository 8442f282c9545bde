"""References by a name alone, as docstrings have them: they mean the one public object that is called so."""

from typing import Any

from docutils import nodes


def setup(app: Any) -> dict[str, bool]:
    """Look up what Sphinx does not find."""
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _resolve(app: Any, env: Any, node: Any, content: nodes.Element) -> nodes.Element | None:
    """Find the object whose last name is that of the reference, if there is but one of the package."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not ("." not in target or target.startswith("dlopt_deap.")):
        return None
    domain, name = env.get_domain("py"), target.rpartition(".")[2]
    same = {full for full, entry in domain.objects.items() if full.rpartition(".")[2] == name and not entry.aliased}
    if target.startswith("dlopt_deap."):  # a name of the whole package, which has its home in one of the packages
        same = {full for full in same if full.count(".") == 2} or same
    if len(same) != 1:
        return None
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", same.pop(), node, content)
