"""A callback for Lightning 2."""

import importlib
import logging
import sys
from typing import Any, Dict, Mapping, Optional

from ._callback import MakeProbe, Reporter
from ._run import Run

LOG = logging.getLogger("connectome")


def _lightning() -> Any:
    """Import the package that the program uses: it comes under two names."""
    if "pytorch_lightning" not in sys.modules:
        try:
            return importlib.import_module("lightning.pytorch")
        except ImportError:
            pass
    return importlib.import_module("pytorch_lightning")


class ConnectomeCallback(_lightning().Callback):  # type: ignore[misc]
    """Reports each epoch and stops the trainer when the platform says so.

    All that ``self.log`` gives to the epoch is reported, and the mean loss of the training steps as ``trainLoss``.
    Nothing is reported of a sanity check or with ``fast_dev_run``. The run completes, fails or stops with ``fit``.

    :param probe: makes the probe of the module, such as ``lambda module: connectome.Probe(module.net, inputs)``.
    :param run: a run that the program has joined and will finish.
    :param wait: seconds to wait at most until policies have judged an epoch.
    :param options: what ``connectome.run`` takes, if no run is given.
    """

    def __init__(
        self, probe: Optional[MakeProbe] = None, *, run: Optional[Run] = None, wait: float = 0.0, **options: Any
    ) -> None:
        """Join nothing before the training begins."""
        self._reporter = Reporter(run, probe, wait, options)
        self._name: Optional[str] = None
        self._loss: Any = 0.0
        self._steps = 0

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        """Join the run in the process that speaks for all."""
        if trainer.is_global_zero and not trainer.fast_dev_run:
            self._reporter.begin(module, trainer.max_epochs if (trainer.max_epochs or 0) > 0 else None)
            name = self._reporter.name
            if self._name not in (None, name):
                LOG.warning("the checkpoint was written by run %s, and this is run %s", self._name, name)
            self._name = name

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Begin a new mean."""
        self._loss, self._steps = 0.0, 0

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Add up the loss where it is, without waiting for the device."""
        loss = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
        if loss is not None:
            # Lightning divides it by the steps whose gradients it adds up.
            self._loss = self._loss + loss.detach() * trainer.accumulate_grad_batches
            self._steps += 1

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Report, and let all processes agree."""
        metrics: Dict[str, Any] = dict(trainer.callback_metrics)
        if self._steps:
            metrics.setdefault("trainLoss", self._loss / self._steps)
        stop = self._reporter.report(trainer.current_epoch + 1, metrics)
        trainer.should_stop = trainer.should_stop or trainer.strategy.reduce_boolean_decision(stop, all=False)

    def on_exception(self, trainer: Any, module: Any, exception: BaseException) -> None:
        """Tell what ended the training."""
        self._reporter.end(exception)

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """Tell that the training has ended."""
        self._reporter.end()

    def state_dict(self) -> Dict[str, Any]:
        """Let checkpoints say whose they are."""
        return {"run": self._name}

    def load_state_dict(self, state_dict: Dict[str, Any]) -> None:
        """Read whose the checkpoint is."""
        self._name = state_dict.get("run")
