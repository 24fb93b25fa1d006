"""Measures the published pipeline: NumPy's corrcoef, SciPy's minimum_spanning_tree, sorts.

usage: published_pipeline.py SAMPLES NEURONS

Prints the median time of a whole signature and its distance from the one before, in
milliseconds. Set OPENBLAS_NUM_THREADS=1 to measure one thread.
"""

import statistics
import sys
import time

try:
    import numpy as np
    from scipy.sparse.csgraph import minimum_spanning_tree
except ImportError as missing:
    sys.exit(f"the published pipeline is not measured: {missing}")


def activations(samples, neurons, seed):
    """Neurons that share three causes, each with noise of its own."""
    random = np.random.default_rng(seed)
    causes = random.standard_normal((samples, 3))
    loadings = random.standard_normal((3, neurons))
    return (causes @ loadings + random.standard_normal((samples, neurons))).astype(np.float32)


def signature(matrix):
    """Birth and death sets, ascending."""
    connectome = np.abs(np.corrcoef(matrix, rowvar=False, dtype=np.float32))
    np.fill_diagonal(connectome, 0)
    tree = minimum_spanning_tree(-connectome).tocoo()
    births = np.sort(-tree.data)
    rows, columns = np.triu_indices(len(connectome), 1)
    in_tree = np.zeros(connectome.shape, dtype=bool)
    in_tree[np.minimum(tree.row, tree.col), np.maximum(tree.row, tree.col)] = True
    deaths = np.sort(connectome[rows, columns][~in_tree[rows, columns]])
    return births, deaths


def main():
    samples, neurons = int(sys.argv[1]), int(sys.argv[2])
    previous = signature(activations(samples, neurons, 2))
    matrix = activations(samples, neurons, 1)
    times = []
    for _ in range(3 if neurons > 2000 else 9):
        start = time.perf_counter()
        births, deaths = signature(matrix)
        np.linalg.norm(births - previous[0]), np.linalg.norm(deaths - previous[1])
        times.append(1000 * (time.perf_counter() - start))
    print(statistics.median(times))


if __name__ == "__main__":
    main()
