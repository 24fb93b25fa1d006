"""The topological signature of activations, in NumPy: what the platform computes, without it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """Euclidean distances between two signatures: 2-Wasserstein, not squared, sorted sets matched in order."""

    birth: float
    death: float
    topological: float
    connectome: float


@dataclass(frozen=True)
class Signature:
    """The birth and death sets of a functional connectome, ascending, and the connectome's upper triangle.

    The connectome is the complete graph of the neurons, weighted with the absolute Pearson correlations of their
    activations; a constant neuron correlates with none. The weights of its maximum spanning tree are the birth set, all
    other weights are the death set.
    """

    births: Floats
    deaths: Floats
    weights: Floats

    def distance(self, other: "Signature") -> Distances:
        """Measure how far another signature is; raise ValueError if its network has another number of neurons."""
        if self.births.size != other.births.size:
            raise ValueError(f"the signatures have {self.births.size + 1} and {other.births.size + 1} neurons")
        birth = float(np.linalg.norm(self.births - other.births))
        death = float(np.linalg.norm(self.deaths - other.deaths))
        connectome = float(np.linalg.norm(self.weights - other.weights))
        return Distances(birth, death, float(np.hypot(birth, death)), connectome)


def signature(array: Any) -> Signature:
    """Compute the signature of activations, inputs (rows) by neurons (columns).

    :raises ValueError: if there are fewer than 2 rows or columns, or a value is not finite.
    """
    activations = np.asarray(array, dtype=np.float64)
    if activations.ndim != 2 or min(activations.shape) < 2:
        raise ValueError(f"activations must be 2 inputs or more by 2 neurons or more, not {activations.shape}")
    if not np.isfinite(activations).all():
        raise ValueError("an activation is NaN or infinite")
    centred = activations - activations.mean(axis=0)
    # A constant column has a norm of exactly zero: rounding of its mean leaves none.
    centred[:, np.ptp(activations, axis=0) == 0] = 0
    norms = np.linalg.norm(centred, axis=0)
    centred /= np.where(norms == 0, 1, norms)
    weights = np.clip(np.abs(centred.T @ centred), 0, 1)
    births = np.sort(_spanning_tree(weights))
    triangle = weights[np.triu_indices(weights.shape[0], 1)]
    deaths = np.sort(triangle)
    # Each weight of the tree is one of the sorted weights: what is left after taking them out are the deaths.
    positions = np.searchsorted(deaths, births)
    counts = np.arange(births.size) - np.searchsorted(births, births)
    deaths = np.delete(deaths, positions + counts)
    return Signature(births, deaths, triangle)


def _spanning_tree(weights: Floats) -> Floats:
    """Prim's algorithm on a dense graph: the weights of the maximum spanning tree."""
    neurons = weights.shape[0]
    outside = np.ones(neurons, dtype=bool)
    outside[0] = False
    best = weights[0].copy()
    tree = np.empty(neurons - 1)
    for edge in range(neurons - 1):
        best[~outside] = -1
        nearest = int(best.argmax())
        tree[edge] = best[nearest]
        outside[nearest] = False
        np.maximum(best, weights[nearest], out=best)
    return tree
