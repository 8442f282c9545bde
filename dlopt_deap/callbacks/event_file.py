"""Event files as TensorBoard reads them, written by the package ``tensorboard`` alone.

Its ``EventFileWriter`` and its summary functions import TensorFlow where that is installed; its records and its
protocol buffers do not.
"""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlopt_deap.errors import RunFolderError, SettingError


class EventFile:
    """A new event file in a folder, which is made if it is missing.

    Args:
        folder: The folder of the run.
        purge: The step from which on the events of older files are void, as an interrupted session left them.

    Raises:
        SettingError: If the package ``tensorboard`` is missing.
        RunFolderError: If the file cannot be written.
    """

    def __init__(self, folder: Path, purge: int | None = None) -> None:
        check_tensorboard()
        from tensorboard.summary.writer.record_writer import RecordWriter

        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Readers take files in the order of their names, and the time is the first part that differs.
            name = f"events.out.tfevents.{time.time():.6f}.{socket.gethostname()}.{os.getpid()}"
            self._file = RecordWriter((folder / name).open("xb"))
        except OSError as error:
            raise RunFolderError(f"Cannot write events into {folder}: {error.strerror or error}.") from error
        self._add(file_version="brain.Event:2")
        if purge is not None:
            from tensorboard.compat.proto.event_pb2 import SessionLog

            self._add(step=purge, session_log=SessionLog(status=SessionLog.START))

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Write numbers by their tags, and see that readers have them."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        points = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self._add(step=step, summary=Summary(value=points))
        self._file.flush()

    def hparams(self, settings: Mapping[str, Any], metrics: Sequence[str]) -> None:
        """Write the settings of the run, and which tags are its metrics."""
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        named = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in metrics]
        infos = [api_pb2.HParamInfo(name=name, type=_kind(value)) for name, value in settings.items()]
        start = plugin_data_pb2.SessionStartInfo(start_time_secs=time.time())
        for name, value in settings.items():
            kind = {bool: "bool_value", float: "number_value"}.get(type(value), "string_value")
            setattr(start.hparams[name], kind, value)
        experiment = api_pb2.Experiment(hparam_infos=infos, metric_infos=named)
        self._plugin(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=experiment))
        self._plugin(metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start))

    def close(self, succeeded: bool) -> None:
        """Write how the session ended, and close the file."""
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        status = api_pb2.STATUS_SUCCESS if succeeded else api_pb2.STATUS_FAILURE
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
        self._plugin(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end))
        self._file.close()

    def _plugin(self, tag: str, content: Any) -> None:
        """Write what the plugin for hyperparameters reads."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import metadata

        described = metadata.create_summary_metadata(content)
        self._add(summary=Summary(value=[Summary.Value(tag=tag, metadata=described, tensor=metadata.NULL_TENSOR)]))

    def _add(self, **event: Any) -> None:
        """Write one event."""
        from tensorboard.compat.proto.event_pb2 import Event

        self._file.write(Event(wall_time=time.time(), **event).SerializeToString())


def check_tensorboard() -> None:
    """See that TensorBoard can be imported.

    Raises:
        SettingError: If it is not installed; it says how to.
    """
    from importlib.util import find_spec

    if find_spec("tensorboard") is None:
        raise SettingError('TensorBoard is not installed; install it with: pip install "dlopt_deap[tensorboard]"')


def _kind(value: Any) -> int:
    """Give the type of a hyperparameter."""
    from tensorboard.plugins.hparams import api_pb2

    kinds = {bool: api_pb2.DATA_TYPE_BOOL, float: api_pb2.DATA_TYPE_FLOAT64}
    return int(kinds.get(type(value), api_pb2.DATA_TYPE_STRING))
