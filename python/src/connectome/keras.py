"""A callback and a probe for Keras 3, on any of its backends."""

from typing import Any, Dict, List, Optional, Sequence, Union

import keras
import numpy

from ._callback import MakeProbe, Reporter
from ._run import Run
from ._snapshot import Snapshot

_NOT_OBSERVED = ("linear", "softmax", "log_softmax")


class ConnectomeCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports each epoch and sets ``model.stop_training`` when the platform says so.

    All logs of the epoch are reported under their names, and ``loss`` as ``trainLoss`` too. The run completes or stops
    with ``fit``, and fails with the program if ``fit`` raises.

    :param probe: makes the probe of the model, such as ``lambda model: connectome.keras.Probe(model, inputs)``.
    :param run: a run that the program has joined and will finish.
    :param wait: seconds to wait at most until policies have judged an epoch.
    :param options: what ``connectome.run`` takes, if no run is given.
    """

    def __init__(
        self, probe: Optional[MakeProbe] = None, *, run: Optional[Run] = None, wait: float = 0.0, **options: Any
    ) -> None:
        """Join nothing before the training begins."""
        super().__init__()
        self._reporter = Reporter(run, probe, wait, options)

    def on_train_begin(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Join the run."""
        self._reporter.begin(self.model, self.params.get("epochs"))

    def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
        """Report the epoch."""
        if self._reporter.report(epoch + 1, logs or {}):
            self.model.stop_training = True

    def on_train_end(self, logs: Optional[Dict[str, Any]] = None) -> None:
        """Tell that the training has ended."""
        self._reporter.end()


class Probe:
    """What the hidden neurons of a Sequential or functional model do on some fixed inputs. Calling it takes a snapshot.

    A channel of a convolution is one neuron, its mean over positions; in a transformer a feature is one, its mean over
    tokens.

    :param model: a model that is built.
    :param inputs: what ``model.predict`` takes: the same inputs for the whole run, a few hundred or more.
    :param layers: names of layers; None for all that have an activation function.
    :param max_neurons: at most so many columns, chosen at random.
    :param seed: chooses them.
    :param classes: whether the output's largest index is the predicted class, which the default policy needs.
    :param batch_size: how many inputs go through the model at a time.
    """

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        layers: Union[str, Sequence[str], None] = None,
        max_neurons: int = 4096,
        seed: int = 0,
        classes: bool = True,
        batch_size: int = 512,
    ) -> None:
        """Look for the layers; raise ValueError if there are none."""
        chosen = _choose(model, [layers] if isinstance(layers, str) else layers)
        self._observed = keras.Model(model.inputs, [*(layer.output for layer in chosen), model.outputs[0]])
        self._names = [layer.name for layer in chosen]
        self._inputs = inputs
        self._max_neurons = max_neurons
        self._seed = seed
        self._classes = classes
        self._batch_size = batch_size

    def __call__(self) -> Snapshot:
        """Take a snapshot."""
        *hidden, output = self._observed.predict(self._inputs, batch_size=self._batch_size, verbose=0)
        blocks = [_reduce(numpy.asarray(values)) for values in hidden]
        matrix = numpy.concatenate(blocks, axis=1)
        owners = numpy.repeat(numpy.arange(len(blocks)), [block.shape[1] for block in blocks])
        if matrix.shape[1] > self._max_neurons:
            generator = numpy.random.default_rng(self._seed)
            columns = numpy.sort(generator.choice(matrix.shape[1], self._max_neurons, replace=False))
            matrix, owners = matrix[:, columns], owners[columns]
        widths = numpy.bincount(owners, minlength=len(blocks))
        named = [(name, int(width)) for name, width in zip(self._names, widths) if width]
        is_scores = self._classes and output.ndim == 2 and output.shape[1] > 1
        return Snapshot.of(matrix, named, output.argmax(axis=1) if is_scores else None)


def _choose(model: Any, names: Optional[Sequence[str]]) -> List[Any]:
    if not getattr(model, "inputs", None):
        raise ValueError("a probe needs a Sequential or functional model that is built: call it on inputs first")
    if names is None:
        chosen = [layer for layer in model.layers if _is_activation(layer)]
    else:
        known = [layer.name for layer in model.layers]
        for name in names:
            if name not in known:
                raise ValueError(f"there is no layer {name[:64]!r}; there are {known[:16]}")
        chosen = [layer for layer in model.layers if layer.name in names]
    if not chosen:
        raise ValueError("the model has no layer with an activation function; give layers=, names of layers")
    return chosen


def _is_activation(layer: Any) -> bool:
    if type(layer).__module__.startswith("keras.src.layers.activations."):
        return getattr(layer, "activation", None) is None or layer.activation.__name__ not in _NOT_OBSERVED
    activation = getattr(layer, "activation", None)
    return activation is not None and getattr(activation, "__name__", "") not in _NOT_OBSERVED


def _reduce(values: Any) -> Any:
    if values.ndim > 3 and keras.config.image_data_format() == "channels_first":
        return values.mean(axis=tuple(range(2, values.ndim)))
    return values.mean(axis=tuple(range(1, values.ndim - 1))) if values.ndim > 2 else values
