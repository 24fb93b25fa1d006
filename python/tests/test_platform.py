"""Trainings against a real platform, as users write them."""

import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree

import connectome
from conftest import ROOT, eventually

DIGITS = Path(__file__).parent / "digits.py"


def unique(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def patience(monitor, epochs):
    return {"policyId": "patience", "monitor": monitor, "patience": {"patience": epochs}}


def environment(platform):
    source = Path(connectome.__file__).parents[1]
    return {**os.environ, "CONNECTOME_URL": platform.url, "PYTHONPATH": str(source)}


def ended(platform, name):
    return eventually(
        lambda: platform.get(f"runs/{name}"), lambda run: run["state"] in ("RUN_STATE_STOPPED", "RUN_STATE_COMPLETED")
    )


def test_the_digits_are_stopped_by_the_default_policy(platform, tmp_path):
    name = unique("digits")

    subprocess.run([sys.executable, str(DIGITS), name], env=environment(platform), cwd=tmp_path, check=True)

    run = ended(platform, name)
    assert run["state"] == "RUN_STATE_STOPPED", run
    assert run["decision"]["policyId"] == "default"
    assert run["outcome"]["checkpointUri"] == "model.pt"
    assert (tmp_path / "model.pt").exists()
    assert run["outcome"]["finalEpoch"] < 60


def test_the_example_in_the_documents_is_the_tested_one():
    example = DIGITS.read_text().split('"""\n', 1)[1].strip()

    for document in (ROOT / "docs" / "python.md", ROOT / "python" / "README.md"):
        blocks = re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL)
        assert example in [block.strip() for block in blocks], document
    code = [line for line in example.splitlines() if line.strip() and not line.startswith(("import", "from"))]
    assert len(code) <= 25


def scipy_levels(activations):
    """The birth set's mean and the death distance's parts, computed in double precision."""
    weights = np.abs(np.corrcoef(activations, rowvar=False))
    births = np.sort(2 - minimum_spanning_tree(np.triu(2 - weights, 1)).tocoo().data)
    deaths = list(np.sort(weights[np.triu_indices(len(weights), 1)]))
    for birth in births:
        deaths.pop(int(np.argmin(np.abs(np.array(deaths) - birth))))
    return births, np.array(deaths)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_signatures_are_those_of_scipy_and_of_this_package(platform, dtype):
    name = unique("signatures")
    random = np.random.default_rng(1)
    arrays = [random.normal(size=(2000, 200)) @ random.normal(size=(200, 200)) for _ in range(3)]
    arrays = [array.astype(dtype) for array in arrays]

    with connectome.run(name, url=platform.url) as run:
        for epoch, array in enumerate(arrays, 1):
            run.report(epoch, probe=connectome.Snapshot.of(array, layers=[("a", 150), ("b", 50)]))

    records = platform.signatures(name, 3)
    own = [connectome.signature(array) for array in arrays]
    sets = [scipy_levels(array.astype(float)) for array in arrays]
    for epoch, record in enumerate(records):
        signature = record["signature"]
        assert (signature["neuronCount"], signature["sampleCount"]) == (200, 2000)
        assert signature["births"]["mean"] == pytest.approx(sets[epoch][0].mean(), abs=1e-5)
        assert signature["deaths"]["mean"] == pytest.approx(sets[epoch][1].mean(), abs=1e-5)
        assert signature["births"]["mean"] == pytest.approx(own[epoch].births.mean(), abs=1e-6)
        if epoch:
            distances = own[epoch].distance(own[epoch - 1])
            expected = np.linalg.norm(sets[epoch][1] - sets[epoch - 1][1])
            assert signature["fromPrevious"]["death"] == pytest.approx(expected, abs=1e-5)
            assert signature["fromPrevious"]["birth"] == pytest.approx(distances.birth, abs=1e-5)
            assert signature["fromPrevious"]["connectome"] == pytest.approx(distances.connectome, abs=1e-4)


def test_metrics_alone_are_judged_at_the_epoch(platform):
    name = unique("metrics")
    losses = [1.0, 0.5, 0.4, 0.45, 0.46, 0.47, 0.48]

    with connectome.run(name, policy=patience("val_loss", 3), url=platform.url) as run:
        stopped = next(epoch for epoch, loss in enumerate(losses, 1) if run.report(epoch, {"val_loss": loss}, wait=60))

    assert stopped == 6
    assert "val_loss" in run.stop.reason
    assert ended(platform, name)["decision"]["stopEpoch"] == 6
    assert [float(one["metrics"]["val_loss"]) for one in platform.signatures(name, 6)] == losses[:6]


def test_a_person_stops_a_training_and_a_repeated_report_changes_nothing(platform):
    name = unique("person")

    with connectome.run(name, url=platform.url) as run:
        for _ in range(2):
            assert not run.report(1, {"trainLoss": 1.0}, wait=60)
        platform.post(f"runs/{name}:stop", {"reason": "enough", "mode": "STOP_MODE_END_OF_EPOCH"})
        assert eventually(lambda: run.report(2, {"trainLoss": 0.5}), bool)

    run = ended(platform, name)
    assert run["state"] == "RUN_STATE_STOPPED"
    assert [one["epoch"] for one in platform.signatures(name, 2)] == [1, 2]


TRAINING = """
import sys, time, connectome
with connectome.run(sys.argv[1]) as run:
    print("attempt", run.attempt, run.resume, flush=True)
    for epoch in range(run.start + 1, 100000):
        if run.report(epoch, {"trainLoss": 1 / epoch}, wait=20):
            break
        print("epoch", epoch, flush=True)
        if sys.argv[2] == "fail":
            raise ArithmeticError("no more")
"""


def training(platform, name, how="go"):
    return subprocess.Popen(
        [sys.executable, "-c", TRAINING, name, how], env=environment(platform), stdout=subprocess.PIPE, text=True
    )


def lines_until(process, beginning):
    for line in process.stdout:
        if line.startswith(beginning):
            return line.split()
    raise AssertionError(f"{process.args} ended with {process.wait()}")


def test_a_training_that_was_killed_goes_on_at_once_as_a_new_attempt(platform):
    name = unique("killed")
    first = training(platform, name)
    lines_until(first, "epoch 3")
    first.send_signal(signal.SIGKILL)
    first.wait()

    second = training(platform, name)
    assert lines_until(second, "attempt") == ["attempt", "2", "True"]
    assert int(lines_until(second, "epoch")[1]) >= 4

    second.send_signal(signal.SIGTERM)
    assert second.wait() == 143
    run = eventually(lambda: platform.get(f"runs/{name}"), lambda run: run["state"] == "RUN_STATE_PENDING")
    assert run["attempt"] == 2
    assert run["outcome"]["end"] == "TRAINING_END_INTERRUPTED"


def test_an_exception_is_told_with_its_text_and_raised(platform):
    name = unique("fails")

    process = training(platform, name, "fail")

    assert process.wait() == 1
    outcome = platform.get(f"runs/{name}")["outcome"]
    assert outcome["end"] == "TRAINING_END_FAILED"
    assert outcome["failureMessage"].startswith("ArithmeticError: no more")


def test_a_run_that_has_ended_is_not_joined_and_the_training_goes_on(platform, caplog):
    name = unique("ended")
    with connectome.run(name, url=platform.url) as run:
        run.report(1, {"trainLoss": 1.0})
    ended(platform, name)

    with connectome.run(name, url=platform.url) as run:
        assert not run.report(2, {"trainLoss": 0.5})

    assert "not observed" in caplog.text


def test_a_name_that_nobody_reports_is_warned_of_once(platform, caplog):
    with connectome.run(unique("typo"), policy=patience("val_los", 3), url=platform.url) as run:
        for epoch in range(1, 6):
            run.report(epoch, {"val_loss": 1.0}, wait=20)

    assert caplog.text.count('did you mean "val_loss"?') == 1


def test_many_trainings_at_once(platform):
    names = [unique("many") for _ in range(20)]
    runs = [connectome.run(name, url=platform.url) for name in names]
    for epoch in range(1, 6):
        for run in runs:
            run.report(epoch, {"trainLoss": 1 / epoch})
    for run in runs:
        run.finish()

    for name in names:
        assert ended(platform, name)["state"] == "RUN_STATE_COMPLETED"
        assert [one["epoch"] for one in platform.signatures(name, 5)] == [1, 2, 3, 4, 5]
