"""A callback for the Trainer of Hugging Face transformers."""

from typing import Any, Dict, Mapping, Optional

import torch
from transformers import TrainerCallback

from ._callback import MakeProbe, Reporter
from ._run import Run


class ConnectomeCallback(TrainerCallback):  # type: ignore[misc]
    """Reports each epoch and sets ``control.should_training_stop`` when the platform says so.

    Where the trainer evaluates every so many steps, the run counts evaluations in place of epochs. All that the trainer
    logs is reported under its names, and ``loss`` as ``trainLoss`` too. The run completes or stops with ``train``, and
    fails with the program if ``train`` raises.

    :param probe: makes the probe of the model, such as ``lambda model: connectome.Probe(model, inputs, layers=...)``.
    :param run: a run that the program has joined and will finish.
    :param wait: seconds to wait at most until policies have judged an epoch.
    :param options: what ``connectome.run`` takes, if no run is given.
    """

    def __init__(
        self, probe: Optional[MakeProbe] = None, *, run: Optional[Run] = None, wait: float = 0.0, **options: Any
    ) -> None:
        """Join nothing before the training begins."""
        self._reporter = Reporter(run, probe, wait, options)
        self._metrics: Dict[str, Any] = {}
        self._due = False

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **others: Any) -> None:
        """Join the run in the process that speaks for all."""
        self._metrics.clear()
        if state.is_world_process_zero:
            epochs = state.max_steps // args.eval_steps if _evaluates(args) == "steps" else round(args.num_train_epochs)
            self._reporter.begin(model, max(1, epochs))

    def on_log(
        self, args: Any, state: Any, control: Any, logs: Optional[Mapping[str, Any]] = None, **others: Any
    ) -> None:
        """Remember what was logged; an epoch whose loss comes with it is complete."""
        self._metrics.update({name: value for name, value in (logs or {}).items() if name != "epoch"})
        if self._due and _evaluates(args) == "no":
            self._report(round(state.epoch), args, control)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Optional[Mapping[str, Any]] = None, **others: Any
    ) -> None:
        """Report an epoch that was evaluated, or an evaluation between epochs."""
        self._metrics.update({name: value for name, value in (metrics or {}).items() if name != "epoch"})
        if _evaluates(args) == "steps" and state.global_step > 0:
            self._report(state.global_step // args.eval_steps, args, control)
        elif self._due:
            self._report(round(state.epoch), args, control)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Report now, unless the trainer has still to log or to evaluate this epoch."""
        self._due = _evaluates(args) != "steps"
        if _evaluates(args) == "no" and str(getattr(args.logging_strategy, "value", "")) != "epoch":
            self._report(round(state.epoch), args, control)

    def on_train_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Tell that the training has ended."""
        self._reporter.end()

    def _report(self, epoch: int, args: Any, control: Any) -> None:
        self._due = False
        if agree(self._reporter.report(max(1, epoch), self._metrics), args.device):
            control.should_training_stop = True


def _evaluates(args: Any) -> str:
    strategy = getattr(args, "eval_strategy", None) or getattr(args, "evaluation_strategy", "no")
    return str(getattr(strategy, "value", strategy))


def agree(stop: bool, device: Any) -> bool:
    """Tell every process of a training what the first one has heard; each calls it."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return stop
    flag = torch.tensor([int(stop)], device=device)
    torch.distributed.broadcast(flag, src=0)
    return bool(flag.item())
