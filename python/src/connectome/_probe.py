"""Observing a PyTorch network without changing it."""

import random
import time
from contextlib import ExitStack
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type, Union

import torch
from torch import nn

from ._snapshot import Snapshot

Layers = Union[str, Type[nn.Module], Sequence[Union[str, Type[nn.Module]]], None]

_NOT_OBSERVED = ("MultiheadAttention", "Softmax", "Softmax2d", "LogSoftmax", "Softmin")
_TOKENS = (nn.LayerNorm, nn.Embedding, nn.MultiheadAttention)
_HALF = {torch.float16: "float16", torch.bfloat16: "bfloat16"}


class Probe:
    """What the hidden neurons of a network do on some fixed inputs. Calling it takes a snapshot.

    The forward pass is in evaluation mode and without gradients; modes and random states are as before afterwards.
    A channel of a convolution is one neuron, its mean over positions; in a transformer a feature is one, its mean over
    tokens, those of the attention mask if the inputs have one.

    :param model: the network. Of DataParallel, DistributedDataParallel and compiled modules the original is observed.
    :param inputs: a tensor, or a tuple or dict of tensors: the same inputs for the whole run, a few hundred or more.
    :param layers: names or types of modules; None for all activation functions.
    :param max_neurons: at most so many columns, chosen at random.
    :param seed: chooses them.
    :param classes: whether the output's largest index is the predicted class, which the default policy needs.
    :param batch_size: how many inputs go through the network at a time.
    """

    def __init__(
        self,
        model: nn.Module,
        inputs: Any,
        *,
        layers: Layers = None,
        max_neurons: int = 4096,
        seed: int = 0,
        classes: bool = True,
        batch_size: int = 512,
    ) -> None:
        """Look for the layers; raise ValueError if there are none."""
        self._model = _original(model)
        self._inputs = inputs
        self._samples = _length(inputs)
        if self._samples < 2:
            raise ValueError(f"a probe needs 2 inputs or more, not {self._samples}")
        self._layers = _choose(self._model, layers)
        self._max_neurons = max_neurons
        self._seed = seed
        self._classes = classes
        self._batch_size = batch_size
        has_conv1d = any(isinstance(module, nn.Conv1d) for module in self._model.modules())
        self._tokens_last = has_conv1d and not any(isinstance(module, _TOKENS) for module in self._model.modules())

    def __call__(self) -> Snapshot:
        """Take a snapshot."""
        began = time.perf_counter()
        widths: Dict[str, int] = {}
        blocks: List[torch.Tensor] = []
        predicted: List[torch.Tensor] = []
        with ExitStack() as restore:
            restore.enter_context(torch.no_grad())
            restore.enter_context(torch.random.fork_rng(devices=_devices(self._model)))
            restore.callback(_restore, [(module, module.training) for module in self._model.modules()])
            self._model.eval()
            seen: Dict[str, torch.Tensor] = {}
            mask: List[Optional[torch.Tensor]] = [None]
            for name, module in self._layers:
                handle = module.register_forward_hook(self._hook(name, seen, mask))
                restore.callback(handle.remove)
            for batch in _batches(self._inputs, self._samples, self._batch_size, _device(self._model)):
                seen.clear()
                mask[0] = batch.get("attention_mask") if isinstance(batch, Mapping) else None
                output = _forward(self._model, batch)
                widths = {name: int(columns.shape[1]) for name, columns in seen.items()}
                blocks.append(torch.cat([columns.to(_common(seen)) for columns in seen.values()], dim=1))
                logits = _logits(output)
                if self._classes and logits is not None:
                    predicted.append(logits.argmax(dim=1))
            if not widths:
                raise ValueError("no observed layer took part in the forward pass; name other layers")
        matrix = torch.cat(blocks)
        columns = self._columns(matrix.shape[1])
        if len(columns) < matrix.shape[1]:
            matrix = matrix[:, torch.tensor(columns, device=matrix.device)]
        return Snapshot(
            _bytes(matrix.cpu()),
            int(matrix.shape[0]),
            int(matrix.shape[1]),
            tuple(_widths(widths, columns)),
            tuple(torch.cat(predicted).tolist()) if predicted else None,
            _HALF.get(matrix.dtype, "float32"),
            time.perf_counter() - began,
        )

    def _hook(
        self, name: str, seen: Dict[str, torch.Tensor], mask: List[Optional[torch.Tensor]]
    ) -> Callable[[nn.Module, Any, Any], None]:
        def observe(module: nn.Module, inputs: Any, output: Any) -> None:
            tensor = output[0] if isinstance(output, (tuple, list)) else output
            if isinstance(tensor, torch.Tensor) and tensor.dim() >= 2:
                again = sum(one == name or one.startswith(name + "#") for one in seen)
                seen[f"{name}#{again + 1}" if again else name] = self._reduce(tensor, mask[0])

        return observe

    def _reduce(self, tensor: torch.Tensor, mask: Optional[torch.Tensor]) -> torch.Tensor:
        if tensor.dim() == 2:
            return tensor
        if tensor.dim() > 3 or self._tokens_last:
            return tensor.flatten(2).mean(dim=2)
        if mask is not None and mask.shape == tensor.shape[:2]:
            weights = mask.to(tensor.dtype).unsqueeze(2)
            return (tensor * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
        return tensor.mean(dim=1)

    def _columns(self, neurons: int) -> Sequence[int]:
        if neurons <= self._max_neurons:
            return range(neurons)
        return sorted(random.Random(self._seed).sample(range(neurons), self._max_neurons))


def _original(model: nn.Module) -> nn.Module:
    kind = type(model).__name__
    if kind == "OptimizedModule":
        return _original(model._orig_mod)
    if kind in ("DataParallel", "DistributedDataParallel"):
        return _original(model.module)
    if kind in ("FullyShardedDataParallel", "ScriptModule", "RecursiveScriptModule"):
        raise ValueError(f"a {kind} cannot be observed; probe the module that it was made of")
    return model


def _choose(model: nn.Module, layers: Layers) -> List[Tuple[str, nn.Module]]:
    named = [(name or type(module).__name__, module) for name, module in model.named_modules()]
    if layers is None:
        chosen = [(name, module) for name, module in named if _is_activation(module)]
        if not chosen:
            raise ValueError(
                "the network has no activation functions as modules, such as nn.ReLU; give layers=, names or types of "
                f"modules, for instance {[name for name, module in named if isinstance(module, nn.Linear)][:3]}"
            )
        return chosen
    wanted = [layers] if isinstance(layers, (str, type)) else list(layers)
    for one in wanted:
        if isinstance(one, str) and one not in dict(named):
            raise ValueError(f"there is no layer {one[:64]!r}; there are {[name for name, _ in named][1:17]}")
    chosen = [(name, module) for name, module in named if any(_is(name, module, one) for one in wanted)]
    if not chosen:
        raise ValueError(f"the network has no module of the types {[getattr(one, '__name__', one) for one in wanted]}")
    return chosen


def _is(name: str, module: nn.Module, wanted: Union[str, Type[nn.Module]]) -> bool:
    return name == wanted if isinstance(wanted, str) else isinstance(module, wanted)


def _is_activation(module: nn.Module) -> bool:
    kind = type(module)
    if kind.__name__ in _NOT_OBSERVED:
        return False
    return kind.__module__ == "torch.nn.modules.activation" or kind.__name__.endswith("Activation")


def _restore(modes: List[Tuple[nn.Module, bool]]) -> None:
    for module, training in modes:
        module.training = training


def _device(model: nn.Module) -> torch.device:
    for tensor in model.parameters():
        return tensor.device
    return torch.device("cpu")


def _devices(model: nn.Module) -> List[int]:
    cuda = {tensor.device.index or 0 for tensor in model.parameters() if tensor.is_cuda}
    return sorted(cuda)


def _length(inputs: Any) -> int:
    first = next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs
    if isinstance(first, (tuple, list)):
        first = first[0]
    if not isinstance(first, torch.Tensor):
        raise TypeError("inputs must be a tensor, or a tuple or dict of tensors")
    return int(first.shape[0])


def _batches(inputs: Any, samples: int, size: int, device: torch.device) -> Iterator[Any]:
    for first in range(0, samples, size):
        rows = slice(first, first + size)
        if isinstance(inputs, Mapping):
            yield {name: tensor[rows].to(device) for name, tensor in inputs.items()}
        elif isinstance(inputs, (tuple, list)):
            yield tuple(tensor[rows].to(device) for tensor in inputs)
        else:
            yield inputs[rows].to(device)


def _forward(model: nn.Module, batch: Any) -> Any:
    if isinstance(batch, dict):
        return model(**batch)
    return model(*batch) if isinstance(batch, tuple) else model(batch)


def _logits(output: Any) -> Optional[torch.Tensor]:
    if isinstance(output, Mapping) and "logits" in output:
        output = output["logits"]
    elif isinstance(output, (tuple, list)) and output:
        output = output[0]
    is_scores = isinstance(output, torch.Tensor) and output.dim() == 2 and output.shape[1] > 1
    return output if is_scores else None


def _common(seen: Dict[str, torch.Tensor]) -> torch.dtype:
    types = {columns.dtype for columns in seen.values()}
    return types.pop() if len(types) == 1 and next(iter(types)) in _HALF else torch.float32


def _widths(widths: Dict[str, int], columns: Sequence[int]) -> Iterator[Tuple[str, int]]:
    first = 0
    for name, width in widths.items():
        kept = sum(first <= column < first + width for column in columns)
        first += width
        if kept:
            yield name[:256], kept


def _bytes(matrix: torch.Tensor) -> bytes:
    matrix = matrix.contiguous()
    if matrix.dtype == torch.bfloat16:
        matrix = matrix.view(torch.int16)
    elif matrix.dtype != torch.float16:
        matrix = matrix.float()
    array = matrix.numpy()
    little: bytes = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return little
