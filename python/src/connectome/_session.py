"""The conversation with the platform, on a thread of its own: the training never waits for it."""

import logging
import os
import random
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, Dict, Optional, Tuple

from . import _state
from ._http import Away, Http, Refused
from ._numbers import seconds
from ._snapshot import Snapshot

LOG = logging.getLogger("connectome")

_ENDS_TRAINING = ("RUN_DELETED", "SUPERSEDED")
_NEVER = ("RUN_ENDED", "INVALID_FIELD", "RUN_NOT_FOUND", *_ENDS_TRAINING)
_MAX_REPORTS = 10_000
_MAX_BYTES = 256 << 20
_WARN_AFTER = 3
_POLL = 0.1
_RESTART_SECONDS = 60.0
_CLOSING_PAUSE = 1.0


@dataclass(frozen=True)
class Stop:
    """Why and how to stop. ``restore_epoch`` is the epoch whose weights to keep, if not the last one's."""

    command_id: str
    reason: str
    mode: str
    restore_epoch: Optional[int] = None


@dataclass(frozen=True)
class Report:
    """An epoch that waits to be sent."""

    epoch: int
    metrics: Dict[str, Any]
    snapshot: Optional[Snapshot]

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return len(self.snapshot.values) if self.snapshot else 0


def _assigned(name: str) -> Optional[str]:
    """Who a trainer is that the platform itself has started, for its own run."""
    own = name in (os.environ.get("CONNECTOME_RUN"), os.environ.get("CONNECTOME_RUN_UID"))
    return os.environ.get("CONNECTOME_INSTANCE_ID") if own else None


class Session:
    """Joins a run, sends what is reported in order, tells that it lives, and hears of stops."""

    def __init__(self, http: Http, name: str, definition: Dict[str, Any], patience: float) -> None:
        self._http = http
        self._name = name
        self._definition = definition
        self._patience = patience
        self._instance = _assigned(name) or str(uuid.uuid4())
        self._replaces = _state.predecessor(http.url, name)
        self._condition = threading.Condition()
        self._queue: Deque[Report] = deque()
        self._outcome: Optional[Dict[str, Any]] = None
        self._thread = threading.Thread(target=self._work, name="connectome", daemon=True)
        self._interval = 5.0
        self._joined: Optional[Dict[str, Any]] = None
        self._next_beat = 0.0
        self._failures = 0
        self._missing: Dict[str, int] = {}
        self._ended = False
        self._away = False
        self._waited_for = False
        self._nudged = False
        self._woken = False
        self.stop: Optional[Stop] = None
        self.gone: Optional[str] = None
        self.budget: Optional[int] = None
        self.evaluated = 0
        self.completed = 0
        self.dropped = 0
        self.probe_seconds = 0.0
        self._thread.start()

    @property
    def joined(self) -> Optional[Dict[str, Any]]:
        """The answer to joining; none before."""
        return self._joined

    def wait(self, ready: Any, timeout: float) -> bool:
        """Wait until something holds, the conversation is over, or time is up."""
        with self._condition:
            # Answers are asked for more often while somebody waits for them.
            self._waited_for = self._nudged = True
            self._next_beat = 0.0
            self._condition.notify_all()
            self._condition.wait_for(lambda: ready() or self._ended or self._away, timeout)
            self._waited_for = False
            return bool(ready())

    def put(self, report: Report) -> None:
        """Take a report. When too much waits, the oldest activations are left out and counted."""
        with self._condition:
            if self._ended:
                return
            self.completed = max(self.completed, report.epoch)
            self._queue.append(report)
            held = sum(one.size for one in self._queue)
            for index, one in enumerate(list(self._queue)):
                if held <= _MAX_BYTES:
                    break
                # The first one may be on its way.
                if index > 0 and one.snapshot is not None:
                    held -= one.size
                    self.dropped += 1
                    self._queue[index] = Report(one.epoch, one.metrics, None)
            if len(self._queue) > _MAX_REPORTS:
                del self._queue[1]
            self._condition.notify_all()

    def drain(self, timeout: float) -> bool:
        """Wait until the platform has all that was put."""
        with self._condition:
            self._condition.wait_for(lambda: not self._queue or self._ended, timeout)
            return not self._queue and not self._ended

    def abandon(self) -> None:
        """End the conversation; the run waits for whoever goes on with it."""
        self._end(None)

    def finish(self, outcome: Dict[str, Any], timeout: float) -> bool:
        """Send what waits and how the training ended; return whether the platform has it."""
        with self._condition:
            self._outcome = outcome
            self._woken = True
            self._condition.notify_all()
        deadline = time.monotonic() + timeout
        # A platform that has answered before is being restarted; one that never did may not be there at all.
        patience = self._patience if self._joined is None else _RESTART_SECONDS
        while self._thread.is_alive() and time.monotonic() < deadline:
            self._thread.join(0.05)
            if self._away and time.monotonic() > deadline - timeout + patience:
                break
        with self._condition:
            done = self._ended
            self._ended = True
            self._condition.notify_all()
        return done and self.gone is None

    def _work(self) -> None:
        while True:
            with self._condition:
                if self._ended:
                    return
            try:
                pause = self._step()
                if self._failures:
                    self._failures = 0
                    LOG.info("the platform answers again")
                self._away = False
            except Away as error:
                pause = self._back_off(str(error))
            except Refused as error:
                pause = self._refused(error)
            except Exception:
                # Whatever is wrong here must not reach the training.
                LOG.exception("connectome: the run is no longer reported")
                pause = 0.0
                self._end("an internal error")
            with self._condition:
                if self._ended:
                    self._condition.notify_all()
                    return
                self._condition.notify_all()
                if pause > 0:
                    self._condition.wait_for(
                        lambda: self._ended or self._woken or (not self._away and self._pending()), pause
                    )
                self._woken = False

    def _pending(self) -> bool:
        return bool(self._queue) or self._outcome is not None or self._nudged

    def _step(self) -> float:
        """Do the next thing; return how long nothing needs to be done after it."""
        if self._joined is None:
            self._join()
            return 0.0
        report = self._queue[0] if self._queue else None
        if report is not None:
            self._send(report)
            with self._condition:
                self._queue.popleft()
            return 0.0
        if self._outcome is not None:
            self._call(":finish", {"outcome": self._outcome})
            _state.forget(self._http.url, self._name)
            self._end(None)
            return 0.0
        self._nudged = False
        if time.monotonic() >= self._next_beat:
            self._heartbeat()
        return max(0.0, self._next_beat - time.monotonic())

    def _join(self) -> None:
        body = {"instanceId": self._instance, "trainingRun": self._definition}
        if self._replaces:
            body["replacesInstanceId"] = self._replaces
        answer = self._http.post(f"/v1/runs/{self._name}:join", body)
        self._interval = seconds(answer.get("heartbeatInterval"), 5.0)
        _state.remember(self._http.url, self._name, self._instance)
        self.completed = max(self.completed, int(answer.get("completedEpochs", 0)))
        self._answered(answer)
        self._joined = answer
        LOG.info("run %s, attempt %s, at %s", answer.get("runId"), answer.get("attempt"), self._http.url)

    def _call(self, verb: str, body: Dict[str, Any], values: Optional[bytes] = None) -> Dict[str, Any]:
        joined = self._joined or {}
        whole = {"attempt": joined.get("attempt"), "instanceId": self._instance, **body}
        return self._http.post(f"/v1/runs/{joined.get('runUid')}{verb}", whole, values)

    def _progress(self, phase: str) -> Dict[str, Any]:
        return {
            "phase": phase,
            "totalEpochs": self.budget or 0,
            "droppedSnapshots": str(self.dropped),
            "probeTime": f"{self.probe_seconds:.6f}s",
        }

    def _send(self, report: Report) -> None:
        body: Dict[str, Any] = {
            "epoch": report.epoch,
            "metrics": report.metrics,
            "progress": self._progress("TRAINING_PHASE_TRAINING"),
        }
        if report.snapshot is None:
            self._answered(self._call(":report", body))
            return
        for fields, values in report.snapshot.parts():
            self._answered(self._call(":report", {**body, "activations": fields}, values))

    def _heartbeat(self) -> None:
        phase = "TRAINING_PHASE_PREPARING" if self.completed == 0 else "TRAINING_PHASE_TRAINING"
        joined = self._joined or {}
        self._answered(
            self._http.post(
                "/v1/trainers:heartbeat",
                {
                    "runUid": joined.get("runUid"),
                    "attempt": joined.get("attempt"),
                    "instanceId": self._instance,
                    "progress": {**self._progress(phase), "completedEpochs": self.completed},
                },
            )
        )

    def _answered(self, answer: Dict[str, Any]) -> None:
        self._next_beat = time.monotonic() + (_POLL if self._waited_for else self._interval)
        with self._condition:
            if "epochs" in answer:
                self.budget = int(answer["epochs"])
            self.evaluated = max(self.evaluated, int(answer.get("evaluatedEpoch", 0)))
            command = answer.get("stopCommand")
            if command is not None:
                restore = command.get("restoreEpoch")
                self.stop = Stop(
                    str(command.get("commandId", "")),
                    str(command.get("reason", "")),
                    str(command.get("mode", "")).replace("STOP_MODE_", ""),
                    None if restore is None else int(restore),
                )
            self._condition.notify_all()
        for text in answer.get("warnings", []):
            self._missing[text] = self._missing.get(text, 0) + 1
            if self._missing[text] == _WARN_AFTER:
                LOG.warning("%s", text)

    def _back_off(self, problem: str) -> float:
        self._failures += 1
        if self._failures == 1:
            LOG.warning("the platform is away, the training goes on and what it reports is kept: %s", problem)
        self._away = True
        longest = 30.0 if self._outcome is None else _CLOSING_PAUSE
        return min(longest, 0.2 * 2.0 ** min(self._failures, 10)) * random.uniform(0.5, 1.0)

    def _refused(self, error: Refused) -> float:
        if error.reason in _ENDS_TRAINING:
            LOG.warning("the run is over: %s", error)
            self._end(str(error))
            return 0.0
        if error.reason == "INVALID_FIELD" and self._joined is not None and self._queue:
            LOG.warning("a report was refused and is left out: %s", error)
            with self._condition:
                self._queue.popleft()
            return 0.0
        if self._joined is None and not error.waits and error.reason in _NEVER:
            LOG.warning("the training goes on and is not observed: %s", error)
            self._end(None)
            return 0.0
        return self._back_off(str(error))

    def _end(self, gone: Optional[str]) -> None:
        with self._condition:
            self.gone = gone
            self._ended = True
            self._queue.clear()
            self._condition.notify_all()

    def attempt(self) -> Tuple[int, bool]:
        """The attempt and whether earlier ones were begun; attempt 0 while that is unknown."""
        joined = self._joined or {}
        return int(joined.get("attempt", 0)), bool(joined.get("resume", False))
