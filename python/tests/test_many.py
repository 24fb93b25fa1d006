"""Fifty trainers at once, and a controller that dies among them."""

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import connectome
from conftest import eventually

TRAINERS = 50
# More stops by policies in so short a time suspend the platform's enforcement.
STOPPED = 20
EPOCHS = 15
BEST = 8
PATIENCE = 3

TRAINER = f"""
import sys, time, numpy, connectome

policy = {{"policyId": "patience", "monitor": "val_loss", "patience": {{"patience": {PATIENCE}}}}}
random = numpy.random.default_rng(int(sys.argv[2]))
stopped = int(sys.argv[2]) < {STOPPED}
with connectome.run(sys.argv[1], policy=policy if stopped else None) as run:
    for epoch in range(1, 100000 if stopped else {EPOCHS} + 1):
        late = max(0, epoch - {BEST})
        probe = connectome.Snapshot.of(random.normal(size=(50, 16)))
        if run.report(epoch, {{"val_loss": 1 / (epoch - late) + 0.01 * late}}, probe):
            break
        time.sleep(0.5)
print(run.attempt, epoch, run.stop.command_id if run.stop else "")
"""


@pytest.mark.long
def test_fifty_trainers_lose_and_double_nothing_when_the_controller_is_killed(platform):
    if platform.state is None:
        pytest.skip("the platform is another's, whose controller is not killed")
    names = [f"many-{uuid.uuid4().hex[:8]}" for _ in range(TRAINERS)]
    environment = {
        **os.environ,
        "CONNECTOME_URL": platform.url,
        "PYTHONPATH": str(Path(connectome.__file__).parents[1]),
        "OPENBLAS_NUM_THREADS": "1",
    }
    trainers = [
        subprocess.Popen(
            [sys.executable, "-c", TRAINER, name, str(seed)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for seed, name in enumerate(names)
    ]
    try:
        eventually(
            lambda: platform.get("runs?page_size=1000&view=RUN_VIEW_BASIC&id_prefix=many-").get("trainingRuns", []),
            lambda runs: sum(run.get("progress", {}).get("completedEpochs", 0) >= 3 for run in runs) == TRAINERS,
        )
        pids = platform.state / "pids" / "controller-service.pid"
        before = pids.read_text()
        os.kill(int(before.split()[0]), signal.SIGKILL)
        eventually(pids.read_text, lambda now: now != before)
        eventually(platform.answers, bool)
        said = [trainer.communicate()[0].split() for trainer in trainers]
    finally:
        for trainer in trainers:
            trainer.kill()

    assert [trainer.returncode for trainer in trainers] == [0] * TRAINERS
    for seed, (name, (attempt, epochs, *command)) in enumerate(zip(names, said)):
        run = platform.get(f"runs/{name}")
        assert (attempt, run["attempt"]) == ("1", 1)
        if seed < STOPPED:
            assert (run["state"], run["decision"]["stopEpoch"]) == ("RUN_STATE_STOPPED", BEST + PATIENCE)
            assert [run["outcome"]["stopCommandId"]] == [run["stop"]["command"]["commandId"]] == command
        else:
            assert (run["state"], run.get("decision"), command) == ("RUN_STATE_COMPLETED", None, [])
        assert run["outcome"]["finalEpoch"] == int(epochs)
        records = platform.signatures(name, int(epochs))
        assert [record["epoch"] for record in records] == list(range(1, int(epochs) + 1))
        assert all("signature" in record for record in records)
