"""Runs that are recorded without a platform, and uploaded."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

import connectome
from conftest import eventually


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CONNECTOME_OFFLINE_DIR", str(tmp_path / "runs"))
    return tmp_path / "runs"


def unique(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def recorded(name, epochs=6, error=None):
    policy = {"policyId": "patience", "monitor": "val_loss", "patience": {"patience": 2}}
    random = np.random.default_rng(1)
    run = connectome.run(name, policy=policy, labels={"from": "away"}, mode="offline")
    for epoch in range(1, epochs + 1):
        snapshot = connectome.Snapshot.of(random.normal(size=(50, 20)), [("a", 20)], range(50))
        assert not run.report(epoch, {"val_loss": 1.0 if epoch == 1 else 0.5}, snapshot, wait=60)
    run.finish(error)


def test_a_recorded_run_is_uploaded_with_all_that_was_reported(platform, folder):
    name = unique("offline")
    recorded(name)

    assert connectome.upload(str(folder / name), url=platform.url) == name

    run = eventually(lambda: platform.get(f"runs/{name}"), lambda run: run["state"] == "RUN_STATE_COMPLETED")
    assert run["labels"] == {"from": "away"}
    assert run["outcome"]["finalEpoch"] == 6
    records = platform.signatures(name, 6)
    assert [record["epoch"] for record in records] == [1, 2, 3, 4, 5, 6]
    assert {record["signature"]["neuronCount"] for record in records} == {20}
    shadows = run["shadowDecisions"]
    assert [(one["policyId"], one["stopEpoch"]) for one in shadows] == [("patience", 4)]


def test_an_upload_that_was_interrupted_goes_on(platform, folder):
    name = unique("interrupted")
    recorded(name)
    reports = folder / name / "reports.jsonl"
    whole = reports.read_text()
    reports.write_text("".join(line + "\n" for line in whole.splitlines()[:3]) + "{")
    with pytest.raises(ValueError, match="line 4"):
        connectome.upload(str(folder / name), url=platform.url)
    reports.write_text(whole)

    connectome.upload(str(folder / name), url=platform.url)

    assert [record["epoch"] for record in platform.signatures(name, 6)] == [1, 2, 3, 4, 5, 6]


def test_a_failure_is_uploaded_as_one_and_the_command_says_what_it_did(platform, folder):
    name = unique("failed")
    recorded(name, 1, ArithmeticError("no more"))
    environment = {
        **os.environ,
        "CONNECTOME_URL": platform.url,
        "PYTHONPATH": str(Path(connectome.__file__).parents[1]),
    }

    command = [sys.executable, "-m", "connectome", "upload", str(folder / name)]
    program = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (program.returncode, program.stdout.split()[-1]) == (0, name), program.stderr
    assert platform.get(f"runs/{name}")["outcome"]["failureMessage"].startswith("ArithmeticError: no more")
    again = subprocess.run([*command[:-1], str(folder)], env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert again.stderr.startswith(f"connectome: {folder} has no recording")
    assert "Traceback" not in again.stderr


def test_a_recording_is_not_overwritten_and_a_name_is_no_path(folder):
    recorded("twice", 1)

    with pytest.raises(FileExistsError, match="upload and remove it"):
        connectome.run("twice", mode="offline")
    with pytest.raises(ValueError, match="letters, digits"):
        connectome.run("../elsewhere", mode="offline")


def test_a_full_disk_does_not_end_a_training(folder, caplog):
    run = connectome.run("full", mode="offline")
    run.report(1, {"loss": 1.0})
    (folder / "full" / "reports.jsonl").unlink()
    (folder / "full" / "reports.jsonl").mkdir()

    assert not run.report(2, {"loss": 0.5})
    assert not run.report(3, {"loss": 0.4})
    run.finish()

    assert caplog.text.count("its recording has gaps") == 1
