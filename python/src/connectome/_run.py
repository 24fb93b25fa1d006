"""A training run as a training sees it."""

import atexit
import logging
import os
import signal
import sys
import threading
import traceback
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Type, Union

from ._http import Http
from ._numbers import numbers
from ._offline import Recorder
from ._session import Report, Session, Stop
from ._snapshot import Snapshot

LOG = logging.getLogger("connectome")

DEFAULT_URL = "http://127.0.0.1:9480"
_NO_BUDGET = 100_000
_MODES = ("online", "offline", "disabled")
_OFFLINE = "connectome-runs"
_JOIN_SECONDS = 5.0
_CLOSE_SECONDS = 60.0
_AWAY_SECONDS = 3.0
_TERMINATED = 143

Policy = Union[str, Mapping[str, Any]]
ProbeLike = Union[Snapshot, Callable[[], Snapshot], Any]


def run(
    name: Optional[str] = None,
    *,
    policy: Optional[Policy] = None,
    shadow: Sequence[Policy] = (),
    labels: Optional[Mapping[str, str]] = None,
    epochs: Optional[int] = None,
    probe_every: int = 1,
    url: Optional[str] = None,
    token: Optional[str] = None,
    mode: Optional[str] = None,
    timeout: float = 20.0,
) -> "Run":
    """Join a run, which is created if there is none of this name. Use it in a ``with`` statement, or call ``finish``.

    :param name: the run's name, unique on its platform; CONNECTOME_RUN, else a new name.
    :param policy: ``"default"``, or the platform's JSON for a policy. None: the run is watched and never stopped.
    :param shadow: policies whose decisions are only recorded.
    :param labels: what to find the run by.
    :param epochs: how many epochs the training takes at most.
    :param probe_every: every how many epochs a probe is reported; policies read distances between such neighbours.
    :param url: the platform's address; CONNECTOME_URL, else http://127.0.0.1:9480.
    :param token: sent as a bearer token; CONNECTOME_TOKEN, the file CONNECTOME_TOKEN_FILE, else that of a platform
        that this user has started on this machine.
    :param mode: ``"online"``; ``"offline"``, which records the run below CONNECTOME_OFFLINE_DIR, else
        ``connectome-runs``, to be uploaded later; or ``"disabled"``; CONNECTOME_MODE.
    :param timeout: seconds that one call may take.
    :raises ValueError: if an argument cannot be right. A platform that is away raises nothing.
    """
    chosen = mode or os.environ.get("CONNECTOME_MODE") or "online"
    if chosen not in _MODES:
        raise ValueError(f"mode must be one of {', '.join(_MODES)}, not {chosen[:64]!r}")
    definition: Dict[str, Any] = {
        "labels": dict(labels or {}),
        "spec": {"epochs": epochs or _NO_BUDGET, "probe": {"everyEpochs": probe_every}},
    }
    if policy is not None:
        definition["policy"] = _policy(policy)
    if shadow:
        definition["shadowPolicies"] = [_policy(one) for one in shadow]
    named = name or os.environ.get("CONNECTOME_RUN") or f"run-{uuid.uuid4().hex[:8]}"
    session: Union[Session, Recorder, None] = None
    # Of several processes of one training the first one speaks.
    if chosen == "online" and _is_first():
        http = Http(url or os.environ.get("CONNECTOME_URL") or DEFAULT_URL, token, timeout)
        online = session = Session(http, named, definition, _AWAY_SECONDS)
        online.wait(lambda: online.joined is not None, _JOIN_SECONDS)
    elif chosen == "offline" and _is_first():
        session = Recorder(Path(os.environ.get("CONNECTOME_OFFLINE_DIR") or _OFFLINE), named, definition)
    return Run(named, session, epochs)


def _is_first() -> bool:
    """Whether this is the first process of its training, by the names that launchers have for it."""
    for name in ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"):
        if name in os.environ:
            return os.environ[name] == "0"
    return all(os.environ.get(name, "0") == "0" for name in ("LOCAL_RANK", "NODE_RANK", "GROUP_RANK"))


def _policy(policy: Policy) -> Dict[str, Any]:
    if isinstance(policy, str):
        if policy != "default":
            raise ValueError(f'policy must be "default" or the JSON of a policy as a dict, not {policy[:64]!r}')
        return {}
    return dict(policy)


class Run:
    """A run that this process trains. No method raises because of the platform, or waits for it unless told to."""

    def __init__(self, name: str, session: Union[Session, Recorder, None], epochs: Optional[int]) -> None:
        """Use ``connectome.run``."""
        self.name = name
        self._session = session
        self._epochs = epochs
        self._pid = os.getpid()
        self._start = session.completed if session else 0
        self._last = self._start
        self._metrics: Dict[str, Any] = {}
        self._checkpoint = ""
        self._restored: Optional[int] = None
        self._done = False
        self._previous_handler: Any = None
        atexit.register(self._exit)

    @property
    def stop(self) -> Optional[Stop]:
        """The stop to obey; none while there is none."""
        return self._session.stop if self._session else None

    @property
    def should_stop(self) -> bool:
        """Whether the training is to end: a stop, a run that is gone, or a budget that people have lowered."""
        session = self._session
        if session is None:
            return False
        spent = session.budget is not None and self._last >= session.budget
        return session.stop is not None or session.gone is not None or spent

    @property
    def attempt(self) -> int:
        """Which attempt of its run this is, from 1; 0 while the platform has not answered."""
        return self._session.attempt()[0] if self._session else 0

    @property
    def start(self) -> int:
        """Epochs that earlier attempts reported: a training without checkpoints begins at 0 all the same."""
        return self._start

    @property
    def resume(self) -> bool:
        """Whether earlier attempts were begun, so that their newest checkpoint is the place to go on from."""
        return self._session.attempt()[1] if self._session else False

    def report(
        self,
        epoch: int,
        metrics: Optional[Mapping[str, Any]] = None,
        probe: Optional[ProbeLike] = None,
        *,
        wait: float = 0.0,
    ) -> bool:
        """Tell that an epoch has ended; return whether the training is to stop.

        Repeating an epoch changes nothing.

        :param epoch: its number, from 1; or a count of steps, if a run counts by them.
        :param metrics: numbers by name; policies may monitor each of them.
        :param probe: a ``Probe``, which is asked now, or a ``Snapshot``.
        :param wait: seconds to wait at most until policies have judged this epoch; none while the platform is away.
        """
        if not 1 <= epoch <= _NO_BUDGET:
            raise ValueError(f"epoch must be 1 to {_NO_BUDGET}, not {epoch}")
        session = self._session
        if session is None or self._done or os.getpid() != self._pid:
            return False
        self._last = max(self._last, epoch)
        self._metrics.update(numbers(metrics or {}))
        snapshot = as_snapshot(probe)
        if snapshot is not None:
            session.probe_seconds += snapshot.seconds
        session.put(Report(epoch, numbers(metrics or {}), snapshot))
        if wait > 0:
            session.wait(lambda: session.evaluated >= epoch or session.stop is not None, wait)
        return self.should_stop

    def checkpoint(self, uri: str, epoch: Optional[int] = None) -> None:
        """Name the final checkpoint, and the epoch whose weights it has if that is not the last one."""
        self._checkpoint = uri
        self._restored = epoch or self._last

    def finish(self, error: Optional[BaseException] = None) -> None:
        """Tell how the training ended. The ``with`` statement does it."""
        if self._done or os.getpid() != self._pid:
            return
        self._done = True
        atexit.unregister(self._exit)
        session = self._session
        if session is None:
            return
        interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
        outcome: Dict[str, Any] = {"end": self._end(error), "finalEpoch": self._last, "metrics": self._metrics}
        if self._checkpoint:
            outcome.update(checkpointUri=self._checkpoint, restoredEpoch=self._restored)
        if error is not None and not interrupted:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            outcome["failureMessage"] = f"{type(error).__name__}: {error}\n{text[-3000:]}"
        elif session.stop is not None and error is None:
            outcome["stopCommandId"] = session.stop.command_id
        if not session.finish(outcome, _AWAY_SECONDS if interrupted else _CLOSE_SECONDS):
            LOG.warning("the platform was not told how run %s ended", self.name)

    def _exit(self) -> None:
        """Tell of a program that ended without finishing its run what it ended with."""
        self.finish(getattr(sys, "last_value", None) or RuntimeError("the program ended before its training"))

    def _end(self, error: Optional[BaseException]) -> str:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            return "TRAINING_END_INTERRUPTED"
        if error is not None:
            return "TRAINING_END_FAILED"
        return "TRAINING_END_STOPPED" if self.stop is not None else "TRAINING_END_COMPLETED"

    def __enter__(self) -> "Run":
        """Turn SIGTERM into an orderly end, unless the program has a handler of its own."""
        main = threading.current_thread() is threading.main_thread()
        if self._session and main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._previous_handler = signal.signal(signal.SIGTERM, _terminate)
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        """Tell how the training ended."""
        try:
            self.finish(error)
        finally:
            if self._previous_handler is not None:
                signal.signal(signal.SIGTERM, self._previous_handler)


def _terminate(number: int, frame: Any) -> None:
    sys.exit(_TERMINATED)


def as_snapshot(probe: Optional[ProbeLike]) -> Optional[Snapshot]:
    """Take the snapshot that a report names, or ask its probe for one."""
    if probe is None or isinstance(probe, Snapshot):
        return probe
    if callable(probe):
        taken = probe()
        if isinstance(taken, Snapshot):
            return taken
    raise TypeError("probe must be a connectome.Probe, a connectome.Snapshot or a function that returns one")
