"""Keras files of others: data, never code, and never more memory than they are."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap import limits
from dlopt_deap.errors import ModelFileError
from dlopt_deap.networks import NetworkSpec, load_keras, save_keras
from dlopt_deap.networks.keras_models.file import CONFIG, WEIGHTS, read_keras_file

SPEC = NetworkSpec(2, (3, 2), 1, 4)
VECTOR = np.arange(SPEC.num_weights, dtype=np.float32)

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]

Config = dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The members of a file as this package writes it."""
    path = tmp_path_factory.mktemp("whole") / "best.keras"
    save_keras(SPEC, VECTOR, path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(folder: Path, parts: dict[str, bytes], **options: Any) -> Path:
    """Pack members into a file."""
    path = folder / "best.keras"
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def described(parts: dict[str, bytes], change: Callable[[Config], Any]) -> dict[str, bytes]:
    """Change the description in a file."""
    config = json.loads(parts[CONFIG])
    change(config)
    return parts | {CONFIG: json.dumps(config).encode()}


def layer(config: Config, number: int) -> Any:
    return config["config"]["layers"][number]


RESHAPE = {"module": "keras.layers", "class_name": "Reshape", "config": {"target_shape": [4]}}
EMBEDDING = {"module": "keras.layers", "class_name": "Embedding", "config": {"input_dim": 9, "output_dim": 2}}
LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["config"]["layers"].insert(1, LAMBDA), "may have the classes Sequential, .* got 'Lambda'"),
        (lambda c: layer(c, 1).update(module="os"), "got 'LSTM' of 'os'"),
        (lambda c: layer(c, 1).update(registered_name="Theirs>LSTM"), "registered as 'Theirs>LSTM'"),
        (lambda c: c.update(class_name="Functional"), "got 'Functional' of 'keras'"),
        (lambda c: c.update(class_name="function", config="system"), "got 'function'"),
        (
            lambda c: layer(c, 3)["config"].update(activation={"class_name": "function", "config": "system"}),
            "activation",
        ),
        (lambda c: layer(c, 1)["config"].update(units=10**9), "at most 67108864 weights"),
        (
            lambda c: layer(c, 0)["config"].update(batch_shape=[None, 10**12, 2]),
            "`look_back` must be a whole",
        ),
        (lambda c: layer(c, 0)["config"].update(batch_shape=[None, 4, 10**12]), "at most 67108864 weights"),
        (lambda c: c["config"].update(layers=[layer(c, 1)] * 2000), "must be an input, recurrent layers of one kind"),
        (
            lambda c: c["config"]["layers"].insert(1, EMBEDDING),
            "must be an input, .* got InputLayer, Embedding",
        ),
        (
            lambda c: c["config"].update(layers=[layer(c, 0), RESHAPE, EMBEDDING, *c["config"]["layers"][1:]]),
            "An embedding must have one input, the number of a token, got `inputs=2`",
        ),
        (
            lambda c: c["config"].update(
                layers=[layer(c, 0), RESHAPE | {"config": {}}, EMBEDDING, *c["config"]["layers"][1:]]
            ),
            "`target_shape` of Reshape must be the look-back alone, 4, got None",
        ),
    ],
)
def test_a_description_of_other_classes_or_sizes_is_refused(
    tmp_path: Path, whole: dict[str, bytes], change: Callable[[Config], Any], message: str
) -> None:
    path = write(tmp_path, described(whole, change))
    with pytest.raises(ModelFileError, match=rf"best\.keras holds a network that this .* cannot use\. .*{message}"):
        load_keras(path)


def build_large(config: Config) -> None:
    """Ask Keras to build every part for an input of terabytes, and to make initial values by a function."""
    for entry in config["config"]["layers"][1:]:
        entry["build_config"] = {"input_shape": [None, 4, 10**12]}
        entry["config"]["kernel_initializer"] = {"module": "os", "class_name": "function", "config": "system"}
    config["build_config"] = config["config"]["build_input_shape"] = {"input_shape": [None, 4, 10**12]}
    config["compile_config"] = {"optimizer": LAMBDA}


def test_what_a_description_says_beside_the_network_never_reaches_keras(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    spec, weights = load_keras(write(tmp_path, described(whole, build_large)))
    assert spec == SPEC
    assert np.array_equal(weights, VECTOR)


def test_weights_of_another_network_are_refused_before_keras_builds_it(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = write(tmp_path, described(whole, lambda config: layer(config, 1)["config"].update(units=2000)))
    with pytest.raises(ModelFileError, match=r"its weights have the shapes .* but its network needs .*2000"):
        read_keras_file(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_with_its_name_and_the_way_out(
    tmp_path: Path, whole: dict[str, bytes], share: float
) -> None:
    path = write(tmp_path, whole)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFileError, match=r"best\.keras cannot be read .* damaged.* copy it again, or write"):
        load_keras(path)


def test_a_byte_that_changed_on_the_disk_is_found_by_its_checksum(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = write(tmp_path, whole)
    content = bytearray(path.read_bytes())
    content[content.index(VECTOR[3:5].tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"best\.keras cannot be read as a Keras model: it is no whole file"):
        load_keras(path)


@pytest.mark.parametrize("name", ["../escaped", "/absolute", "a/../../b", "..\\escaped", "C:\\escaped"])
def test_a_member_that_leads_out_of_the_file_is_refused(tmp_path: Path, whole: dict[str, bytes], name: str) -> None:
    with pytest.raises(ModelFileError, match="has a name that leads out of it"):
        load_keras(write(tmp_path, whole | {name: b"x"}))


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = write(tmp_path, whole | {WEIGHTS: bytes(10**7)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelFileError, match=r"its member 'model\.weights\.h5' is packed more than 100 times"):
        load_keras(bomb)
    path = write(tmp_path, whole)
    for limit, most, message in [
        ("MAX_CONFIG_BYTES", 100, r"config\.json has \d+ bytes, more than `dlopt_deap\.limits\.MAX_CONFIG_BYTES`, 100"),
        ("MAX_MODEL_BYTES", 1000, r"its \d+ bytes are more than 1000; use a smaller one, or widen"),
    ]:
        monkeypatch.setattr(limits, limit, most)
        with pytest.raises(ModelFileError, match=message):
            load_keras(path)


def test_two_members_of_one_name_are_refused(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = write(tmp_path, whole)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(CONFIG, whole[CONFIG])
    with pytest.raises(ModelFileError, match="two of its members have one name"):
        load_keras(path)


def secret(file: Any, folder: Path) -> None:
    (folder / "secret").write_bytes(bytes(4 * 2 * 12))
    del file["layers/lstm/cell/vars/0"]
    file.create_dataset("layers/lstm/cell/vars/0", (2, 12), "f4", external=[(str(folder / "secret"), 0, 96)])


def elsewhere(file: Any, folder: Path) -> None:
    import h5py

    del file["layers/lstm"]
    file["layers/lstm"] = h5py.ExternalLink(str(folder / "other.h5"), "/")


def circle(file: Any, folder: Path) -> None:
    file["layers/lstm/again"] = file["layers"]


def chunked(file: Any, folder: Path) -> None:
    del file["layers/lstm/cell/vars/0"]
    file.create_dataset("layers/lstm/cell/vars/0", (2, 12), "f4", compression="gzip", chunks=(2, 12))


def words(file: Any, folder: Path) -> None:
    del file["layers/lstm/cell/vars/0"]
    file.create_dataset("layers/lstm/cell/vars/0", (2, 12), "S1000000000")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (secret, "an array, '0', that is stored as Keras does not store one"),
        (elsewhere, "a link, 'lstm', that leads out of them"),
        (circle, "nested as Keras does not nest them"),
        (chunked, "an array, '0', that is stored as Keras does not store one"),
        (words, "an array, '0', that holds no numbers"),
    ],
)
def test_weights_that_lie_elsewhere_or_are_stored_strangely_are_refused(
    tmp_path: Path, whole: dict[str, bytes], change: Callable[[Any, Path], None], message: str
) -> None:
    import h5py

    buffer = io.BytesIO(whole[WEIGHTS])
    with h5py.File(buffer, "r+") as file:
        change(file, tmp_path)
    with pytest.raises(ModelFileError, match=message):
        load_keras(write(tmp_path, whole | {WEIGHTS: buffer.getvalue()}))


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "best.keras")
    with pytest.raises(ModelFileError, match=r"best\.keras must be a Keras model, but it is a device or a pipe"):
        load_keras(tmp_path / "best.keras")
    with pytest.raises(ModelFileError, match="but it is a folder"):
        load_keras(tmp_path)


def test_a_network_of_images_is_refused(tmp_path: Path) -> None:
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(1)]
    keras.Sequential(layers).save(tmp_path / "images.keras")
    with pytest.raises(ModelFileError, match=r"images\.keras holds a network that this .* cannot use.* got 'Conv2D'"):
        load_keras(tmp_path / "images.keras")
