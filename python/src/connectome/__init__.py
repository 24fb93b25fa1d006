"""Stops a training when its network has finished learning.

with connectome.run("digits", policy="default", epochs=60) as run:
    probe = connectome.Probe(model, inputs)
    for epoch in range(run.start + 1, 61):
        loss = train(model)
        if run.report(epoch, {"trainLoss": loss}, probe):
            break
"""

from typing import TYPE_CHECKING, Any

from ._offline import upload
from ._run import Run, run
from ._session import Stop
from ._snapshot import Snapshot

if TYPE_CHECKING:
    from ._local import LocalRun, local
    from ._probe import Probe
    from ._signature import Distances, Signature, signature

__all__ = [
    "Distances",
    "LocalRun",
    "Probe",
    "Run",
    "Signature",
    "Snapshot",
    "Stop",
    "local",
    "run",
    "signature",
    "upload",
]

_LAZY = {
    "local": "_local",
    "LocalRun": "_local",
    "Probe": "_probe",
    "signature": "_signature",
    "Signature": "_signature",
    "Distances": "_signature",
}


_FRAMEWORKS = ("katib", "keras", "lightning", "optuna", "ray", "transformers")


def __getattr__(name: str) -> Any:
    """Import what needs a framework, PyTorch or NumPy only when it is used."""
    if name in _FRAMEWORKS:
        import importlib

        return importlib.import_module(f".{name}", __name__)
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module 'connectome' has no attribute {name!r}")
