"""What the callbacks of all frameworks do at the end of an epoch."""

from typing import Any, Callable, Dict, Mapping, Optional

from ._run import ProbeLike, Run, run

MakeProbe = Callable[[Any], ProbeLike]

_TRAIN_LOSS = ("trainLoss", "train_loss", "train_loss_epoch", "loss")


class Reporter:
    """A run that begins with the training of a framework and ends with it, unless it was given."""

    def __init__(
        self, given: Optional[Run], probe: Optional[MakeProbe], wait: float, options: Mapping[str, Any]
    ) -> None:
        if given is not None and options:
            raise ValueError(f"a run that is given has its options already: leave out {', '.join(options)}")
        self._given = given
        self._make = probe
        self._wait = wait
        self._options: Dict[str, Any] = dict(options)
        self._probe: Optional[ProbeLike] = None
        self._run: Optional[Run] = None

    def begin(self, model: Any, epochs: Optional[int]) -> None:
        """Join the run, and look at the network."""
        self._run = self._given or run(**{"epochs": epochs, **self._options})
        self._probe = self._make(model) if self._make is not None else None

    @property
    def name(self) -> Optional[str]:
        """The name of the run, while there is one."""
        return self._run.name if self._run is not None else None

    def report(self, epoch: int, metrics: Mapping[str, Any]) -> bool:
        """Tell that an epoch has ended; return whether to stop."""
        if self._run is None:
            return False
        numbers = {name: value for name, value in metrics.items() if _is_number(value)}
        loss = next((numbers[name] for name in _TRAIN_LOSS if name in numbers), None)
        if loss is not None:
            numbers.setdefault("trainLoss", loss)
        return self._run.report(epoch, numbers, self._probe, wait=self._wait)

    def end(self, error: Optional[BaseException] = None) -> None:
        """Tell how the training ended, if the run began with it."""
        if self._run is not None and self._given is None:
            self._run.finish(error)
        self._run = None


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError, RuntimeError):
        return False
    return True
