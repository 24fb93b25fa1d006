"""Runs without a platform: they must decide as a platform does."""

import math
import socket
import uuid

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import connectome
from conftest import eventually
from connectome._local import sample_signals

DIGITS = load_digits()
INPUTS = torch.tensor(DIGITS.data, dtype=torch.float32) / 16
TARGETS = torch.tensor(DIGITS.target)


def trained(seed, epochs, observe):
    """Train on the digits; what observe returns of an epoch ends it."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    probe = connectome.Probe(model, INPUTS[:500])
    for epoch in range(1, epochs + 1):
        total = 0.0
        for rows in torch.randperm(len(INPUTS)).split(32):
            loss = nn.functional.cross_entropy(model(INPUTS[rows]), TARGETS[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        if observe(epoch, {"trainLoss": total / len(INPUTS)}, probe()):
            break
    return float((model(INPUTS).argmax(1) == TARGETS).float().mean()), epoch


def test_a_training_is_stopped_without_any_connection(monkeypatch):
    def refuse(*_):
        raise AssertionError("no connection is made")

    monkeypatch.setattr(socket, "socket", refuse)

    with connectome.local() as run:
        accuracy, epochs = trained(1, 60, run.report)

    assert run.should_stop
    assert epochs < 60
    assert accuracy > 0.95
    assert "neighbours, connectome, classes, loss and trend agree" in run.stop.reason
    assert set(run.series["neighbourDisagreement"]) == set(range(1, epochs + 1))


def test_it_decides_at_the_epoch_of_a_platform_by_the_same_series(platform):
    name = f"parity-{uuid.uuid4().hex[:8]}"
    local = connectome.local()

    with connectome.run(name, policy="default", url=platform.url) as run:

        def both(epoch, metrics, snapshot):
            local.report(epoch, metrics, snapshot)
            return run.report(epoch, metrics, snapshot, wait=60) or local.should_stop

        epochs = trained(3, 60, both)[1]

    ended = eventually(lambda: platform.get(f"runs/{name}"), lambda run: "decision" in run)
    assert ended["decision"]["stopEpoch"] == epochs
    assert local.should_stop and max(local.series["trainLoss"]) == epochs
    for record in platform.signatures(name, epochs):
        epoch, signature = record["epoch"], record["signature"]
        graph = signature["sampleSignals"]
        assert 1 - graph["neighbourAgreement"] == pytest.approx(local.series["neighbourDisagreement"][epoch], abs=1e-6)
        concentration = local.series["predictedClassConcentration"][epoch]
        assert graph["predictedClassConcentration"] == pytest.approx(concentration, abs=1e-9)
        if epoch > 1:
            distance = local.series["connectomeDistance"][epoch]
            assert signature["fromPrevious"]["connectome"] == pytest.approx(distance, abs=1e-4)


def patience(epochs, **settings):
    return {"policyId": "p", "monitor": "val_loss", "patience": {"patience": epochs, **settings}}


def reported(run, values):
    """The epochs up to which a run goes on."""
    return next((epoch for epoch, value in enumerate(values, 1) if run.report(epoch, {"val_loss": value})), None)


def test_patience_waits_for_the_best_and_restores_it():
    run = connectome.local(patience(2, restoreBest=True))

    assert reported(run, [1.0, 0.5, 0.6, 0.55, 0.4]) == 4
    assert run.stop.restore_epoch == 2
    assert reported(connectome.local(patience(2, mode="MONITOR_MODE_MAX")), [0.5, 0.6, 0.4, 0.5]) == 4
    assert reported(connectome.local(patience(2, minDelta=0.2)), [1.0, 0.9, 0.85, 0.1]) == 3


def test_nothing_stops_before_its_series_has_moved_or_before_the_first_epoch():
    assert reported(connectome.local(patience(2)), [1.0, 0.98, 0.99, 1.01, 1.0]) is None
    assert reported(connectome.local(patience(2), first_epoch=5), [1.0, 0.5, 0.6, 0.6, 0.6]) == 5


def test_numbers_that_have_broken_down_end_the_run():
    assert reported(connectome.local(patience(5)), [1.0, math.nan]) == 2
    assert reported(connectome.local(patience(5, checkFinite=False)), [1.0, math.nan, 0.9, math.inf, math.nan]) == 5


def test_all_must_agree_at_the_same_time_and_any_alone():
    members = [patience(1), {**patience(1), "monitor": "other"}]
    values = [(1.0, 1.0), (2.0, 0.5), (0.5, 0.6), (0.6, 0.7)]

    def epochs(kind):
        run = connectome.local({"policyId": kind, kind: {"policies": members}})
        return [e for e, (a, b) in enumerate(values, 1) if run.report(e, {"val_loss": a, "other": b})]

    assert epochs("any") == [2, 3, 4]
    assert epochs("all") == [4]


@pytest.mark.parametrize(
    "policy, words",
    [
        ("best", '"default" or the JSON'),
        ({"policyId": "p", "plateau": {}}, "without a platform one of diminishing"),
        ({"policyId": "p", "patience": {"patients": 3}}, "patients"),
        ({"policyId": "p", "patience": {"mode": "LARGEST"}}, "MONITOR_MODE_MIN or MONITOR_MODE_MAX"),
    ],
)
def test_a_policy_that_only_a_platform_knows_is_refused(policy, words):
    with pytest.raises(ValueError, match=words):
        connectome.local(policy)


def test_neighbours_are_those_of_a_naive_search_with_ties_and_duplicates():
    random = np.random.default_rng(1)
    points = random.integers(0, 3, size=(60, 3)).astype(float)
    classes = random.integers(0, 3, size=60)

    signals = sample_signals(np.hstack([random.normal(size=(60, 2)), points]), [("a", 2), ("b", 3)], classes)

    same = 0
    for i in range(60):
        others = sorted((((points[i] - points[j]) ** 2).sum(), j) for j in range(60) if j != i)
        same += sum(classes[i] == classes[j] for _, j in others[:10])
    shares = np.bincount(classes) / 60
    chance = (shares**2).sum()
    expected = 1 - (same / 600 - chance) / max(1 - chance, 0.05)
    assert signals["neighbourDisagreement"] == pytest.approx(expected, abs=1e-12)
    assert signals["predictedClassConcentration"] == pytest.approx(chance)


def test_too_few_inputs_or_no_classes_have_no_neighbours():
    points = np.random.default_rng(1).normal(size=(10, 3))

    assert sample_signals(points, (), range(10)) == {}
    assert sample_signals(np.vstack([points, points]), (), None) == {}
