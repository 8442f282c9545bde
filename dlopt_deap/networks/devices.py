"""What must be settled before TensorFlow starts: which GPU a process may use, and how it takes the memory."""

from __future__ import annotations

import os
import sys

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import SettingError


def prepare_tensorflow(gpu: int | None = None) -> None:
    """Let TensorFlow take a GPU's memory as it needs it, and, if asked, bind this process to one GPU.

    TensorFlow reads these settings once, when it starts, and by default it takes all memory of every GPU that it
    sees. So a worker calls this before anything imports TensorFlow. Settings that the user made stay.

    Args:
        gpu: Which of the GPUs that this process may use (those in ``CUDA_VISIBLE_DEVICES``, if it is set), from 0;
            such as the worker's number modulo the number of GPUs. ``None``: all of them.

    Raises:
        SettingError: If a GPU is asked for after TensorFlow has started, or one that this process may not use.
    """
    if gpu is not None:
        check_integer("gpu", gpu, low=0)
        if "tensorflow" in sys.modules:
            raise SettingError(
                f"`gpu` must be chosen before TensorFlow is imported, got {gpu} afterwards; "
                "call prepare_tensorflow at the beginning of the worker."
            )
        os.environ["CUDA_VISIBLE_DEVICES"] = _visible(gpu)
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")


def _visible(gpu: int) -> str:
    """Return the name of the ``gpu``-th device that this process may use."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return str(gpu)
    devices = [device.strip() for device in listed.split(",") if device.strip()]
    if gpu >= len(devices):
        raise SettingError(
            f"`gpu` must be one of the {len(devices)} that CUDA_VISIBLE_DEVICES allows ({listed!r}), counted from 0, "
            f"got {gpu}."
        )
    return devices[gpu]
