"""Event files of TensorBoard, a folder a run."""

from pathlib import Path
from typing import Iterable

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from ._records import Record

_SUFFIX = ".connectome"


def to_tensorboard(runs: Iterable[Record], target: str) -> None:
    """Write the series of each run to TARGET/RUN, in place of what an earlier export wrote there."""
    for run in runs:
        folder = Path(target) / run.name
        earlier = list(folder.glob(f"events.out.tfevents.*{_SUFFIX}"))
        writer = EventFileWriter(str(folder), filename_suffix=_SUFFIX)
        for name, points in run.series.items():
            for point in points:
                value = Summary(value=[Summary.Value(tag=name, simple_value=point.value)])
                writer.add_event(Event(wall_time=point.time, step=point.epoch, summary=value))
        writer.close()
        for file in earlier:
            file.unlink()
