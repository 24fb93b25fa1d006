"""A stopper for Ray Tune: each trial is a run."""

from typing import Any, Dict, List, Optional, Sequence

from ray import tune
from ray.tune.result import AUTO_RESULT_KEYS

from ._bridge import Trials
from ._run import Policy

_RAYS_OWN = {*AUTO_RESULT_KEYS, "done", "should_checkpoint"}


class ConnectomeStopper(tune.Stopper, tune.Callback):  # type: ignore[misc]
    """Reports the results of trials, and stops those whose policies say so.

    It is a stopper, and a callback that learns how trials end: give it as both::

        stopper = ConnectomeStopper(policy={...})
        tune.RunConfig(stop=stopper, callbacks=[stopper])

    It speaks for all trials from the process that drives them, so trials need not reach the platform. A run has the
    trial's name and the epoch is ``training_iteration``. Numbers of a result are reported as metrics.

    :param metrics: names of what to report; None for all numbers but those of Ray's own accounting.
    :param options: what else ``connectome.run`` takes.
    """

    def __init__(self, *, policy: Policy, metrics: Optional[Sequence[str]] = None, **options: Any) -> None:
        """Join nothing before a trial reports."""
        self._metrics = metrics
        self._trials = Trials(0.0, {"policy": policy, **options})

    def __call__(self, trial_id: str, result: Dict[str, Any]) -> bool:
        """Report a result; return whether to stop its trial."""
        names = result.keys() - _RAYS_OWN if self._metrics is None else self._metrics
        metrics = {name: result[name] for name in names if isinstance(result.get(name), (int, float))}
        return self._trials.report("", trial_id, result.get("config", {}), result["training_iteration"], metrics)

    def stop_all(self) -> bool:
        """Leave each trial to its own policy."""
        return False

    def on_trial_complete(self, iteration: int, trials: List[Any], trial: Any, **info: Any) -> None:
        """Tell that a trial has ended."""
        self._trials.end(trial.trial_id)

    def on_trial_error(self, iteration: int, trials: List[Any], trial: Any, **info: Any) -> None:
        """Tell that a trial has failed."""
        self._trials.end(trial.trial_id, "the trial failed")
