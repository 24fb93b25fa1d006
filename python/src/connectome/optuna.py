"""A pruner for Optuna: each trial is a run."""

from typing import Any

import optuna

from ._bridge import Trials
from ._run import Policy


class ConnectomePruner(optuna.pruners.BasePruner):  # type: ignore[misc]
    """Reports what ``trial.report`` is given, and lets ``trial.should_prune`` answer whether a trial is to stop.

    Give it to the study, and to ``study.optimize`` as a callback, which tells how trials end::

        pruner = ConnectomePruner("val_loss", policy={...})
        study = optuna.create_study(pruner=pruner)
        study.optimize(objective, callbacks=[pruner])

    A stopped trial has learned what it can, so its value counts: return it rather than raise ``TrialPruned``. Step 0 is
    epoch 1. A run has the name of the study and the number of the trial, and the trial's parameters as labels.

    :param metric: the series that the reported values are points of, for policies to monitor.
    :param wait: seconds to wait at most until policies have judged a step.
    :param options: what else ``connectome.run`` takes.
    """

    def __init__(self, metric: str, *, policy: Policy, wait: float = 0.0, **options: Any) -> None:
        """Join nothing before a trial reports."""
        self._metric = metric
        self._trials = Trials(wait, {"policy": policy, **options})

    def prune(self, study: Any, trial: Any) -> bool:
        """Report the newest step of a trial; return whether to stop it."""
        step = trial.last_step
        if step is None:
            return False
        metrics = {self._metric: trial.intermediate_values[step]}
        return self._trials.report(study.study_name, str(trial.number), trial.params, step + 1, metrics)

    def __call__(self, study: Any, trial: Any) -> None:
        """Tell how a trial ended."""
        failed = trial.state == optuna.trial.TrialState.FAIL
        self._trials.end(str(trial.number), "the trial failed" if failed else None)
