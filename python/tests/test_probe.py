import struct

import numpy as np
import pytest
import torch
from torch import nn

import connectome


def values(snapshot, dtype="<f4"):
    return np.frombuffer(snapshot.values, dtype).reshape(snapshot.samples, snapshot.neurons)


def mlp():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))


def test_a_probe_sees_the_hidden_neurons_and_the_classes():
    model, inputs = mlp(), torch.randn(20, 8)

    snapshot = connectome.Probe(model, inputs, batch_size=7)()

    model.eval()
    with torch.no_grad():
        first = model[:2](inputs)
        second = model[:5](inputs)
        classes = model(inputs).argmax(dim=1)
    np.testing.assert_allclose(values(snapshot), torch.cat([first, second], dim=1).numpy(), atol=1e-6)
    assert snapshot.layers == (("1", 6), ("4", 5))
    assert snapshot.classes == tuple(classes.tolist())


def test_a_probe_leaves_nothing_behind():
    model, inputs = mlp(), torch.randn(20, 8)
    model[4].eval()
    modes = [module.training for module in model.modules()]
    probe = connectome.Probe(model, inputs)
    torch.manual_seed(7)
    expected = torch.rand(3)

    torch.manual_seed(7)
    probe()

    assert torch.equal(torch.rand(3), expected)
    assert [module.training for module in model.modules()] == modes
    assert all(not module._forward_hooks for module in model.modules())
    assert torch.is_grad_enabled()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_modes_and_hooks_are_restored_when_the_forward_pass_fails():
    model = mlp()
    probe = connectome.Probe(model, torch.randn(20, 9))

    with pytest.raises(RuntimeError):
        probe()

    assert model.training
    assert all(not module._forward_hooks for module in model.modules())


def test_a_channel_of_a_convolution_is_one_neuron():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    inputs = torch.randn(5, 1, 8, 8)

    snapshot = connectome.Probe(model, inputs)()

    with torch.no_grad():
        expected = model[:2](inputs).mean(dim=(2, 3))
    np.testing.assert_allclose(values(snapshot), expected.numpy(), atol=1e-6)


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.act = nn.GELU()

    def forward(self, input_ids, attention_mask):
        return {"logits": self.act(self.embedding(input_ids))[:, 0]}


def test_tokens_are_averaged_without_padding():
    model = Tokens()
    ids = torch.tensor([[1, 2, 3], [4, 5, 0]])
    mask = torch.tensor([[1, 1, 1], [1, 1, 0]])

    snapshot = connectome.Probe(model, {"input_ids": ids, "attention_mask": mask})()

    with torch.no_grad():
        tokens = model.act(model.embedding(ids))
        expected = torch.stack([tokens[0].mean(dim=0), tokens[1, :2].mean(dim=0)])
    np.testing.assert_allclose(values(snapshot), expected.numpy(), atol=1e-6)
    assert len(snapshot.classes) == 2


def test_columns_are_chosen_by_seed_and_stay_the_same():
    model, inputs = mlp(), torch.randn(20, 8)
    every = values(connectome.Probe(model, inputs)())
    probe = connectome.Probe(model, inputs, max_neurons=4, seed=3)

    one, two = probe(), probe()

    assert one.values == two.values
    assert one.neurons == 4 == sum(width for _, width in one.layers)
    kept = [[np.array_equal(column, other) for other in every.T].index(True) for column in values(one).T]
    assert kept == sorted(set(kept))


def test_half_precision_stays_half():
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, x):
            return self.act(x.to(torch.bfloat16))

    inputs = torch.tensor([[1.0, 2.5], [3.0, 0.1]])
    snapshot = connectome.Probe(Half(), inputs)()

    assert snapshot.dtype == "bfloat16"
    bits = struct.unpack("<4H", snapshot.values)
    assert [struct.unpack("<f", struct.pack("<I", one << 16))[0] for one in bits[:3]] == [1.0, 2.5, 3.0]


def test_the_originals_of_wrapped_modules_are_observed():
    model, inputs = mlp(), torch.randn(20, 8)

    assert connectome.Probe(nn.DataParallel(model), inputs)().layers == (("1", 6), ("4", 5))
    with pytest.raises(ValueError, match="cannot be observed"):
        connectome.Probe(torch.jit.script(model), inputs)


def test_what_is_not_there_is_named():
    model, inputs = mlp(), torch.randn(20, 8)

    with pytest.raises(ValueError, match="no layer 'relu'"):
        connectome.Probe(model, inputs, layers="relu")
    with pytest.raises(ValueError, match="no activation functions"):
        connectome.Probe(nn.Sequential(nn.Linear(8, 2)), inputs)
    assert connectome.Probe(model, inputs, layers=[nn.ReLU, "3"])().layers == (("1", 6), ("3", 5))


def test_a_large_snapshot_travels_in_parts_of_whole_rows():
    array = np.arange(3000 * 200, dtype=np.float32).reshape(3000, 200)
    snapshot = connectome.Snapshot.of(array, classes=range(3000))

    parts = list(snapshot.parts())

    assert b"".join(part for _, part in parts) == snapshot.values
    assert all(len(part) + 5 * len(part) // 800 <= 900 * 1024 for _, part in parts)
    assert [fields["firstSample"] % fields["partSamples"] for fields, _ in parts] == [0] * len(parts)
    assert [one for fields, _ in parts for one in fields["predictedClasses"]] == list(range(3000))
