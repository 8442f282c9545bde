"""A run, or the network of one, in the forms of other programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from dlopt_deap.checks import check_choice
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.files import as_path, make_folder, replacing, write_text
from dlopt_deap.networks import NetworkSpec, keras_model, save_keras
from dlopt_deap.storage import Evaluation, view_run
from dlopt_deap.storage.schema import NAME as DATABASE
from dlopt_deap.tools.exporting.optuna_export import export_to_optuna
from dlopt_deap.tools.exporting.tensorboard_export import export_to_tensorboard
from dlopt_deap.tools.saved.run_record import read_run
from dlopt_deap.tools.saved.saved_network import load_saved
from dlopt_deap.tools.saved.searched import told_genes
from dlopt_deap.tools.saved.trials import space_of


@dataclass(frozen=True)
class Format:
    """A form of another program.

    Attributes:
        ending: What the name of the file, or of the folder, ends with unless another is given.
        write: Writes a run into a file or a folder.
        folder_holds: What a folder of this form holds, as a pattern; empty if it is a file.
    """

    ending: str
    write: Callable[[Path, Path], Any]
    folder_holds: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.folder_holds)


def export_run(
    run: str | os.PathLike[str],
    format: str,  # noqa: A002 - the name of the setting
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a run, or its network, in the form of another program.

    Args:
        run: The folder of a run; for the network alone also a ``.keras`` file.
        format: ``"keras"``: the network, as ``keras.models.load_model`` reads it. ``"saved_model"``: for
            ``tensorflow.saved_model.load``, whose ``serve`` takes float32 windows of shape (windows, look_back, inputs)
            and gives (windows, outputs), in scaled units. ``"npz"``: its weights, an array of Keras' each, and as JSON
            texts ``spec``, ``names`` (the arrays in their order) and, if known, ``series`` or ``vocabulary``.
            ``"json"``: its architecture, as ``keras.models.model_from_json`` reads it. ``"csv"``: all evaluations of a
            search, a row each. ``"tensorboard"``: its logbook as event files. ``"optuna"``: its evaluations as a study
            in SQLite.
        out: The file, or the folder of ``"saved_model"`` and ``"tensorboard"``; one with the name of the run in the
            present folder unless given.
        overwrite: Whether to replace what is there.

    Returns:
        The file or the folder.

    Raises:
        RunFolderError: If the run cannot be read, or the file is there already.
        ModelFileError: If its network cannot be read.
        SettingError: If the format is unknown, or its package is not installed.
    """
    chosen = FORMATS[check_choice("format", format, FORMATS)]
    source = as_path(run)
    target = as_path(out) if out is not None else Path(f"{source.resolve().stem}{chosen.ending}")
    if not source.exists():
        raise RunFolderError(f"There is no run {source}; name the folder of a run, or a .keras file.")
    if not chosen.is_folder and target.is_dir():
        target = target / f"{source.resolve().stem}{chosen.ending}"
    if target.exists() and not overwrite:
        raise RunFolderError(f"{target} is there already; choose another name by `out`, or replace it by `overwrite`.")
    if not chosen.is_folder and target.suffix != Path(f"x{chosen.ending}").suffix:
        raise SettingError(f"`out` of the format {format} must end with {chosen.ending}, got {str(target)!r}.")
    if chosen.is_folder and target.exists() and not any(target.glob(chosen.folder_holds)):
        raise RunFolderError(f"{target} holds no {format}, so it is not replaced; choose another name by `out`.")
    make_folder(target.absolute().parent)
    if chosen.is_folder:
        _write_folder(chosen, source, target)
    else:
        chosen.write(source, target)
    return target


def weight_names(spec: NetworkSpec) -> list[str]:
    """Name the arrays of a network's weights, in Keras' order.

    Examples:
        >>> weight_names(NetworkSpec(1, (3,), 1, 4))
        ['lstm_1_kernel', 'lstm_1_recurrent_kernel', 'lstm_1_bias', 'output_kernel', 'output_bias']
    """
    kinds = ("kernel", "recurrent_kernel", "bias")
    first = ["embedding_embeddings"] if spec.embedding else []
    recurrent = [f"{spec.cell}_{layer}_{kind}" for layer in range(1, len(spec.units) + 1) for kind in kinds]
    return [*first, *recurrent, "output_kernel", "output_bias"]


def evaluations_csv(folder: Path) -> str:
    """Write all evaluations of a run as CSV, a row each: genes and metrics by name.

    Raises:
        RunFolderError: If there is no run, it is damaged, or it has no evaluation.
    """
    _check_search(folder)
    with view_run(folder) as view:
        problem = view.settings().get("problem")
        space = space_of(problem) if isinstance(problem, dict) else None
        rows = [_row(one, told_genes(one.genes, space)) for one in view.evaluations()]
    if not rows:
        raise RunFolderError(
            f"The run in {folder} holds no evaluations: it has not begun, or they were too cheap to be written down."
        )
    text = io.StringIO()
    groups = [list(dict.fromkeys(name for row in rows for name in row[place])) for place in range(3)]
    writer = csv.DictWriter(text, [name for group in groups for name in group], lineterminator="\n")
    writer.writeheader()
    writer.writerows([{**first, **second, **third} for first, second, third in rows])
    return text.getvalue()


def _row(one: Evaluation, genes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Give the columns of an evaluation in three groups, so that those of all rows come together."""
    origin = {"stage": one.stage, "number": one.number, "generation": one.generation}
    values = {f"fitness_{name}": value for name, value in one.fitness.items()}
    told = {f"metric_{name}": value for name, value in one.metrics.items() if type(value) in (int, float, bool)}
    how = {name: one.metrics.get(name, default) for name, default in (("status", "ok"), ("reason", ""))}
    took = {"seconds": one.seconds, "worker": one.worker, "finished": one.finished}
    return origin, genes, {**values, **how, **told, **took}


def _write_keras(source: Path, target: Path) -> None:
    """Write the network as a Keras file."""
    network = load_saved(source)
    save_keras(network.spec, network.weights, target)


def _write_saved_model(source: Path, target: Path) -> None:
    """Write the network as TensorFlow's SavedModel."""
    network = load_saved(source)
    keras_model(network.spec, network.weights).export(target, verbose=False)


def _write_npz(source: Path, target: Path) -> None:
    """Write the weights as arrays, with what says how to read them as JSON texts."""
    network = load_saved(source)
    names = weight_names(network.spec)
    texts = {"spec": json.dumps(network.spec.to_dict()), "names": json.dumps(names)}
    if network.series is not None:
        texts["series"] = json.dumps(network.series.to_dict())
    if network.tokens is not None:
        texts["vocabulary"] = json.dumps(network.tokens.tokens)
    arrays = dict(zip(names, network.spec.unpack(network.weights), strict=True))
    with replacing(target) as temporary:
        np.savez(temporary, **arrays, **{name: np.array(text) for name, text in texts.items()})  # type: ignore[arg-type]


def _write_json(source: Path, target: Path) -> None:
    """Write the architecture as Keras does."""
    text = keras_model(load_saved(source).spec).to_json(indent=2)
    write_text(target, text + "\n")


def _write_events(source: Path, target: Path) -> None:
    """Write the logbook as event files of TensorBoard."""
    export_to_tensorboard(read_run(source), target)


def _write_study(source: Path, target: Path) -> None:
    """Write the evaluations as a study of Optuna, in place of an old file if there is one."""
    _check_search(source)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.absolute().parent) as place:
        made = Path(place) / target.name
        export_to_optuna(source, made)
        os.replace(made, target)


def _check_search(folder: Path) -> None:
    """Refuse what has no evaluations.

    Raises:
        RunFolderError: If it is no folder of a search.
    """
    if not (folder / DATABASE).exists():
        raise RunFolderError(f"{folder} has no {DATABASE}, and so no evaluations; name the folder of a search.")


def _write_folder(chosen: Format, source: Path, target: Path) -> None:
    """Write a folder, whole or not at all, in place of an old one if there is one."""
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.absolute().parent) as place:
        made, old = Path(place) / "new", Path(place) / "old"
        chosen.write(source, made)
        with suppress(FileNotFoundError):
            os.rename(target, old)
        try:
            shutil.move(made, target)
        except OSError as error:
            raise RunFolderError(f"Cannot write {target}: {error.strerror or error}.") from error


FORMATS: Final[dict[str, Format]] = {
    "keras": Format(".keras", _write_keras),
    "saved_model": Format("-saved-model", _write_saved_model, "saved_model.pb"),
    "npz": Format(".npz", _write_npz),
    "json": Format(".json", _write_json),
    "csv": Format(".csv", lambda source, target: write_text(target, evaluations_csv(source))),
    "tensorboard": Format("-tensorboard", _write_events, "events.out.tfevents.*"),
    "optuna": Format(".db", _write_study),
}
"""The forms by name."""
