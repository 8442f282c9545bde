"""The page for those who come from DLOPT has every class of it, and names nothing of ours that is not there."""

import re
from importlib import import_module

import pytest
from deap import tools
from documentation.pages import DOCS, ROOT

PAGE = (DOCS / "from_dlopt.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Classes and functions")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("| `")]
PACKAGES = [path.parent.name for path in (ROOT / "dlopt_deap").glob("*/__init__.py")]
PUBLIC = {
    name: getattr(import_module(package), name)
    for package in [*(f"dlopt_deap.{name}" for name in PACKAGES), "dlopt_deap.tools.settings"]
    for name in import_module(package).__all__
}
DLOPT = (
    *("ModelOptimization", "Dataset", "Problem", "Solution", "EABase", "TimeSeriesMAERandSampProblem", "MuPlusLambda"),
    *("TimeSeriesHybridMRSProblem", "SelfAdjMuPLambdaUniform", "TimeSeriesTrainProblem", "RandomSampling", "Config"),
    *("ArchitectureListing", "FullSpaceListing", "RandomSamplingFit", "MAERandomSampling", "NNBuilder", "RNNBuilder"),
    *("TrainNN", "TrainGradientBased", "RandomTraining", "TimeSeriesDataset", "CategoricalSeqDataset", "OutputLogger"),
    *("JSONOutput", "CSVOutput", "DataLoader", "ActionBase", "gaussianMutation", "uniformMutation", "binaryTournament"),
    *("uniformLengthMutation", "elitistPlusReplacement", "model_from_file", "chop_data", "random_uniform", "mae_loss"),
    *("random_normal", "glorot_uniform", "mse_loss", "categorical_crossentropy", "orthogonal", "load_class_from_str"),
)
"""The classes and functions of DLOPT's package, at its last commit."""


@pytest.mark.parametrize("name", DLOPT)
def test_a_class_of_dlopt_is_on_the_page(name: str) -> None:
    assert any(re.search(rf"`[\w.]+\.{name}`", row[0]) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_what_it_became_is_public(row: list[str]) -> None:
    for name in re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", row[1]):
        owner, _, attribute = name.partition(".")
        assert owner in PUBLIC or hasattr(tools, owner)
        assert not attribute or hasattr(PUBLIC[owner], attribute) or attribute in PUBLIC[owner].__annotations__
