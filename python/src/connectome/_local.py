"""The same loop without a platform: signals, policy and report in the process."""

import logging
import math
from types import TracebackType
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Type

import numpy as np
import numpy.typing as npt

from . import _rules
from ._run import Policy, ProbeLike, as_snapshot
from ._session import Stop
from ._signature import Signature, signature
from ._snapshot import Snapshot

LOG = logging.getLogger("connectome")

_NEIGHBOURS = 10
_MAX_SAMPLES = 10_000
_LEAST_CHANCE = 0.05
_ROUNDING = 1e-10


def local(policy: Policy = "default", *, first_epoch: int = 2, probe_every: int = 1, name: str = "local") -> "LocalRun":
    """Begin a run that no platform sees: trying costs no more than an import.

    :param policy: ``"default"``, or the platform's JSON for a policy of the rules diminishing, slowing, flat,
        patience, any and all.
    :param first_epoch: the first epoch at which the policy may stop; choose the one after a warm-up, and at least 100
        updates of the weights.
    :param probe_every: every how many epochs a probe is reported; policies read distances between such neighbours.
    :raises ValueError: if the policy needs a platform.
    """
    if isinstance(policy, str) and policy != "default":
        raise ValueError(f'policy must be "default" or the JSON of a policy as a dict, not {policy[:64]!r}')
    definition = _rules.DEFAULT if isinstance(policy, str) else policy
    return LocalRun(name, _rules.Envelope(_rules.policy(definition), first_epoch), probe_every)


class LocalRun:
    """A run in this process, with the methods of ``Run``. ``series`` has what was judged: by name, values by epoch."""

    def __init__(self, name: str, policy: Any, probe_every: int) -> None:
        """Use ``connectome.local``."""
        self.name = name
        self.series: Dict[str, Dict[int, float]] = {}
        self.stop: Optional[Stop] = None
        self.attempt = 1
        self.resume = False
        self.start = 0
        self._policy = policy
        self._probe_every = probe_every
        self._epoch = 0
        self._previous: Optional[Tuple[int, Signature]] = None

    @property
    def should_stop(self) -> bool:
        """Whether the training is to end."""
        return self.stop is not None

    def report(
        self,
        epoch: int,
        metrics: Optional[Mapping[str, Any]] = None,
        probe: Optional[ProbeLike] = None,
        *,
        wait: float = 0.0,
    ) -> bool:
        """Judge an epoch; return whether the training is to stop. Repeating an epoch changes nothing."""
        if epoch < 1:
            raise ValueError(f"epoch must be 1 or more, not {epoch}")
        if epoch <= self._epoch:
            return self.should_stop
        self._epoch = epoch
        values = {str(metric): float(value) for metric, value in (metrics or {}).items()}
        snapshot = as_snapshot(probe)
        if snapshot is not None:
            values.update(self._signals(epoch, snapshot))
        for series, value in values.items():
            self.series.setdefault(series, {})[epoch] = value
        decision = self._policy.read(epoch, values)
        if decision is not None and self.stop is None:
            self.stop = Stop("local", decision.reason, "END_OF_EPOCH", decision.restore_epoch)
            LOG.info("run %s: stop at epoch %d: %s", self.name, epoch, decision.reason)
        return self.should_stop

    def _signals(self, epoch: int, snapshot: Snapshot) -> Dict[str, float]:
        array = as_array(snapshot)
        if not np.isfinite(array).all():
            LOG.warning(
                "run %s: an activation of epoch %d is NaN or infinite; its signals are left out", self.name, epoch
            )
            return {}
        signals = sample_signals(array, snapshot.layers, snapshot.classes)
        current = signature(array)
        if self._previous is not None and self._previous[1].births.size == current.births.size:
            before, earlier = self._previous
            if epoch - before == self._probe_every:
                distances = current.distance(earlier)
                signals["birthDistance"] = distances.birth
                signals["deathDistance"] = distances.death
                signals["topologicalDistance"] = distances.topological
                signals["connectomeDistance"] = distances.connectome
        self._previous = (epoch, current)
        return signals

    def checkpoint(self, uri: str, epoch: Optional[int] = None) -> None:
        """Take the name of the final checkpoint; nobody asks for it."""

    def finish(self, error: Optional[BaseException] = None) -> None:
        """End the run; nobody is told."""

    def __enter__(self) -> "LocalRun":
        """Begin."""
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        """End."""


def as_array(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    """Return the activations of a snapshot in double precision."""
    shape = (snapshot.samples, snapshot.neurons)
    if snapshot.dtype == "bfloat16":
        halves = np.frombuffer(snapshot.values, "<u2").astype(np.uint32)
        return (halves << 16).view(np.float32).astype(np.float64).reshape(shape)
    kind = "<f2" if snapshot.dtype == "float16" else "<f4"
    return np.frombuffer(snapshot.values, kind).astype(np.float64).reshape(shape)


def sample_signals(
    array: npt.NDArray[np.float64], layers: Sequence[Tuple[str, int]], classes: Optional[Sequence[int]]
) -> Dict[str, float]:
    """Compute how alike the inputs are decided that are nearest in the last layer; nothing for too few or too many."""
    samples = array.shape[0]
    if classes is None or not _NEIGHBOURS < samples <= _MAX_SAMPLES:
        return {}
    last = array[:, -layers[-1][1] :] if layers else array
    predicted = np.asarray(classes)
    shares = np.unique(predicted, return_counts=True)[1] / samples
    concentration = float((shares**2).sum())
    same = 0
    for row, near in _nearest(last):
        same += int((predicted[row : row + near.shape[0], None] == predicted[None, :])[near].sum())
    agreement = (same / (samples * _NEIGHBOURS) - concentration) / max(1 - concentration, _LEAST_CHANCE)
    return {"neighbourDisagreement": 1 - agreement, "predictedClassConcentration": concentration}


def _nearest(points: npt.NDArray[np.float64]) -> Any:
    """Yield blocks of rows and which columns are their nearest others; of those as near the lower number is nearer."""
    centred = points - points.mean(axis=0)
    norms = (centred**2).sum(axis=1)
    samples = points.shape[0]
    margin = _ROUNDING * norms.max()
    rows = max(1, 2_000_000 // samples)
    for first in range(0, samples, rows):
        block = centred[first : first + rows]
        distances = norms[first : first + rows, None] + norms[None, :] - 2 * block @ centred.T
        distances[np.arange(block.shape[0]), first + np.arange(block.shape[0])] = math.inf
        limit = np.partition(distances, _NEIGHBOURS - 1, axis=1)[:, _NEIGHBOURS - 1 : _NEIGHBOURS]
        near = distances <= limit + margin
        for row in np.flatnonzero(near.sum(axis=1) > _NEIGHBOURS):
            # Rounding may have put some of these on the wrong side.
            found = np.flatnonzero(near[row])
            exact = ((points[found] - points[first + row]) ** 2).sum(axis=1)
            near[row, found[np.lexsort((found, exact))[_NEIGHBOURS:]]] = False
        yield first, near
