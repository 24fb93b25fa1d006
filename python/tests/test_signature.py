import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree

import connectome


def oracle(activations):
    """Birth and death sets with SciPy."""
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.abs(np.nan_to_num(np.corrcoef(activations, rowvar=False)))
    triangle = np.sort(weights[np.triu_indices(len(weights), 1)])
    # SciPy leaves out edges of weight zero: a cost that is never zero keeps them.
    tree = minimum_spanning_tree(np.triu(2 - weights, 1)).tocoo()
    births = np.sort(2 - tree.data)
    deaths = list(triangle)
    for birth in births:
        deaths.pop(int(np.argmin(np.abs(np.array(deaths) - birth))))
    return births, np.array(deaths)


@pytest.mark.parametrize("seed", range(5))
def test_sets_are_those_of_scipy(seed):
    random = np.random.default_rng(seed)
    activations = random.normal(size=(50, 24)) @ random.normal(size=(24, 24))
    activations[:, 3] = 0.1
    activations[:, 4] = activations[:, 5]

    signature = connectome.signature(activations)
    births, deaths = oracle(activations)

    assert signature.births.size == 23
    assert signature.deaths.size == 23 * 22 // 2
    np.testing.assert_allclose(signature.births, births, atol=1e-12)
    np.testing.assert_allclose(signature.deaths, deaths, atol=1e-12)


def test_every_edge_is_born_or_dies_once():
    signature = connectome.signature(np.tile([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], (1, 4)))

    both = np.sort(np.concatenate([signature.births, signature.deaths]))

    np.testing.assert_array_equal(both, np.sort(signature.weights))


def test_what_has_no_signature_is_refused():
    with pytest.raises(ValueError, match="NaN or infinite"):
        connectome.signature([[1.0, np.nan], [0.0, 1.0]])
    with pytest.raises(ValueError, match="2 inputs or more"):
        connectome.signature([[1.0, 2.0]])
    with pytest.raises(ValueError, match="3 and 2 neurons"):
        connectome.signature(np.eye(3)).distance(connectome.signature(np.eye(2)))
