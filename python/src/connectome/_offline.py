"""Runs that are recorded on the disk, and uploaded when there is a platform."""

import json
import logging
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

from ._http import Http
from ._session import Report, Session, Stop
from ._snapshot import Snapshot

LOG = logging.getLogger("connectome")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_RUN = "run.json"
_REPORTS = "reports.jsonl"
_WAIT_SECONDS = 60.0
_FINISH_SECONDS = 600.0
_CLOSE_SECONDS = 10.0


class Recorder:
    """Writes what a session would send to a folder of the run's. Nothing of it fails a training."""

    def __init__(self, folder: Path, name: str, definition: Dict[str, Any]) -> None:
        """Begin a recording; raise OSError if the folder cannot be written or has one already."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"a run that is recorded has a name of letters, digits, . _ and -, not {name[:64]!r}")
        self._folder = folder / name
        if (self._folder / _RUN).exists():
            raise FileExistsError(f"{self._folder} has a recording already: upload and remove it, or take another name")
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / _RUN).write_text(json.dumps({"name": name, "definition": definition}, indent=1))
        self._failed = False
        self.completed = 0
        self.evaluated = 0
        self.probe_seconds = 0.0
        self.stop: Optional[Stop] = None
        self.gone: Optional[str] = None
        self.budget: Optional[int] = None
        LOG.info("run %s is recorded in %s", name, self._folder)

    def attempt(self) -> Tuple[int, bool]:
        """No platform has counted attempts."""
        return 0, False

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        """Nobody judges: there is nothing to wait for."""
        return False

    def put(self, report: Report) -> None:
        """Write a report, and its activations to a file of their own."""
        self.completed = max(self.completed, report.epoch)
        line: Dict[str, Any] = {"epoch": report.epoch, "metrics": report.metrics}
        if report.snapshot is not None:
            fields = asdict(report.snapshot)
            del fields["values"]
            line["snapshot"] = {**fields, "file": f"epoch-{report.epoch:06d}.bin"}
        self._write(line, report.snapshot)

    def finish(self, outcome: Dict[str, Any], timeout: float) -> bool:
        """Write how the training ended."""
        outcome.pop("stopCommandId", None)
        self._write({"outcome": outcome}, None)
        return not self._failed

    def _write(self, line: Dict[str, Any], snapshot: Optional[Snapshot]) -> None:
        try:
            if snapshot is not None:
                (self._folder / line["snapshot"]["file"]).write_bytes(snapshot.values)
            with (self._folder / _REPORTS).open("a") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            if not self._failed:
                LOG.warning("the training goes on, and its recording has gaps: %s", error)
            self._failed = True


def upload(folder: str, *, url: str, token: Optional[str] = None, timeout: float = 20.0) -> str:
    """Send a recording to a platform and return the run's name. Repeating it goes on where it was interrupted.

    The policy of the recorded run decides nothing any more: it becomes a shadow, which records what it would have done.

    :param folder: where the run was recorded.
    :param url: the platform's address.
    :param token: what to show; else the same as for ``connectome.run``.
    :param timeout: seconds that one call may take.
    :raises ValueError: if the folder has no recording, or a damaged one.
    :raises RuntimeError: if the platform does not take it.
    """
    path = Path(folder)
    try:
        head = json.loads((path / _RUN).read_text())
        name, definition = str(head["name"]), dict(head["definition"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} has no recording of a run: {error}") from None
    policy = definition.pop("policy", None)
    if policy is not None:
        definition["shadowPolicies"] = [policy, *definition.get("shadowPolicies", [])]
    session = Session(Http(url, token, timeout), name, definition, _WAIT_SECONDS)
    if not session.wait(lambda: session.joined is not None, _WAIT_SECONDS):
        session.abandon()
        raise RuntimeError(f"{url} does not take run {name}: it is away, or has a run of this name that has ended")
    sent = session.completed
    outcome: Dict[str, Any] = {"end": "TRAINING_END_INTERRUPTED", "finalEpoch": sent}
    interrupted = dict(outcome)
    try:
        for report, ending in _lines(path):
            if ending is not None:
                outcome = ending
            elif report is not None and report.epoch > sent:
                session.put(report)
                if not session.drain(_FINISH_SECONDS):
                    raise RuntimeError(
                        f"{url} has not taken epoch {report.epoch} of run {name}: upload it again to go on"
                    )
                interrupted["finalEpoch"] = report.epoch
        # Policies judge no run that has ended.
        session.wait(lambda: session.evaluated >= interrupted["finalEpoch"], _WAIT_SECONDS)
    except BaseException:
        # The run waits for whoever goes on with it.
        session.finish(interrupted, _CLOSE_SECONDS)
        raise
    if not session.finish(outcome, _FINISH_SECONDS):
        raise RuntimeError(f"{url} has not taken the end of run {name}: upload it again to go on")
    return name


def _lines(path: Path) -> Iterator[Tuple[Optional[Report], Optional[Dict[str, Any]]]]:
    file = path / _REPORTS
    for number, text in enumerate(file.read_text().splitlines() if file.exists() else [], 1):
        try:
            line = json.loads(text)
            if "outcome" in line:
                yield None, dict(line["outcome"])
            else:
                yield Report(int(line["epoch"]), dict(line["metrics"]), _snapshot(path, line.get("snapshot"))), None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} of {file} is damaged: {error}") from None


def _snapshot(path: Path, fields: Optional[Dict[str, Any]]) -> Optional[Snapshot]:
    if fields is None:
        return None
    classes = fields["classes"]
    return Snapshot(
        (path / Path(fields["file"]).name).read_bytes(),
        int(fields["samples"]),
        int(fields["neurons"]),
        tuple((str(name), int(width)) for name, width in fields["layers"]),
        None if classes is None else tuple(int(number) for number in classes),
        str(fields["dtype"]),
        float(fields["seconds"]),
    )
