"""Runs of a real platform as other tools read them."""

import csv
import importlib.util
import json
import math
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import uuid
from pathlib import Path

import numpy as np
import pytest

import connectome
from conftest import eventually

EPOCHS = 30
METRICS = {f"metric{i:02d}": i for i in range(40)}


def joined(patch, home, name, **options):
    patch.setenv("XDG_STATE_HOME", str(home))
    return connectome.run(name, **options)


@pytest.fixture(scope="module")
def exported(platform, home):
    """A run with more points than MLflow takes at once, one of which is not a number."""
    name = f"export-{uuid.uuid4().hex[:8]}"
    random = np.random.default_rng(1)
    with (
        pytest.MonkeyPatch.context() as patch,
        joined(patch, home, name, labels={"team": "vision"}, url=platform.url) as run,
    ):
        for epoch in range(1, EPOCHS + 1):
            metrics = {metric: i + 1 / epoch for metric, i in METRICS.items()}
            metrics["top 5 (val)"] = math.nan if epoch == 2 else 0.1 * epoch
            probe = connectome.Snapshot.of(random.normal(size=(20, 5))) if epoch % 2 else None
            run.report(epoch, metrics, probe)
    platform.signatures(name, EPOCHS)
    return name


def export(platform, *arguments):
    source = Path(connectome.__file__).parents[1]
    environment = {**os.environ, "CONNECTOME_URL": platform.url, "PYTHONPATH": str(source)}
    command = [sys.executable, "-m", "connectome", "export", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def written(platform, *arguments):
    program = export(platform, *arguments)
    assert (program.returncode, program.stderr) == (0, "")


def expected(metric, epoch):
    if metric == "top 5 (val)":
        return math.nan if epoch == 2 else 0.1 * epoch
    return METRICS[metric] + 1 / epoch


def assert_all_points(found):
    """That points by series and epoch are what was reported, and that signatures have theirs."""
    for metric in (*METRICS, "top 5 (val)"):
        wanted = {epoch: expected(metric, epoch) for epoch in range(1, EPOCHS + 1)}
        assert found[metric] == pytest.approx(wanted, rel=1e-6, nan_ok=True), metric
    assert set(found["deathDistance"]) == set(range(3, EPOCHS + 1, 2))


def by_series(rows):
    found = {}
    for row in rows:
        assert float(row["time"]) > 1.6e9
        found.setdefault(row["series"], {})[int(row["epoch"])] = float(row["value"])
    return found


def test_csv_has_every_point_to_the_bit(platform, exported, tmp_path):
    written(platform, exported, "--to", "csv", "--out", str(tmp_path))

    with (tmp_path / "series.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert_all_points(by_series(rows))
    assert by_series(rows)["metric03"][7] == 3 + 1 / 7
    with (tmp_path / "runs.csv").open() as file:
        (run,) = csv.DictReader(file)
    assert (run["run"], run["state"], run["epochs"]) == (exported, "COMPLETED", str(EPOCHS))
    assert json.loads(run["labels"]) == {"team": "vision"}


def test_parquet_has_every_point(platform, exported, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")

    written(platform, "--filter", f"name = {exported}", "--to", "parquet", "--out", str(tmp_path))

    assert_all_points(by_series(parquet.read_table(tmp_path / "series.parquet").to_pylist()))
    (run,) = parquet.read_table(tmp_path / "runs.parquet").to_pylist()
    assert (run["run"], run["epochs"]) == (exported, EPOCHS)


def test_tensorboard_reads_every_point_once_after_two_exports(platform, exported, tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    mine = tmp_path / exported / "events.out.tfevents.1.other"
    mine.parent.mkdir()
    mine.write_bytes(b"")

    for _ in range(2):
        written(platform, exported, "--to", "tensorboard", "--out", str(tmp_path))

    events = loader.EventAccumulator(str(tmp_path / exported), {loader.SCALARS: 0})
    events.Reload()
    scalars = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
    assert len(scalars["metric00"]) == EPOCHS
    assert_all_points({tag: {one.step: one.value for one in found} for tag, found in scalars.items()})
    assert mine.exists()


@pytest.fixture
def mlflow(tmp_path):
    if importlib.util.find_spec("mlflow") is None or importlib.util.find_spec("flask") is None:
        pytest.skip("mlflow and flask are missing")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = str(tmp_path / "mlruns")
    program = f"from mlflow.server import app; app.run('127.0.0.1', {port})"
    environment = {**os.environ, "_MLFLOW_SERVER_FILE_STORE": store, "_MLFLOW_SERVER_ARTIFACT_ROOT": store}
    log = (tmp_path / "mlflow.log").open("w")
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"

    def answers():
        assert process.poll() is None, (tmp_path / "mlflow.log").read_text()[-2000:]
        try:
            with urllib.request.urlopen(url + "/health", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    try:
        eventually(answers, bool)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_mlflow_has_every_point_once_after_two_exports(platform, exported, mlflow, tmp_path):
    from mlflow.tracking import MlflowClient

    for _ in range(2):
        written(platform, exported, "--to", "mlflow", "--out", mlflow)

    client = MlflowClient(mlflow)
    experiment = client.get_experiment_by_name("connectome")
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == (exported, "FINISHED")
    assert run.data.tags["team"] == "vision"
    assert run.data.tags["connectome.state"] == "COMPLETED"
    history = {key: client.get_metric_history(run.info.run_id, key) for key in run.data.metrics}
    assert len(history["metric00"]) == EPOCHS
    points = {key: {one.step: one.value for one in found} for key, found in history.items()}
    points["top 5 (val)"] = points.pop("top 5 _val_")
    assert_all_points(points)
    calls = (tmp_path / "mlflow.log").read_text().count("runs/log-batch")
    assert calls == 2 + 1 + 1


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["no-such-run", "--to", "csv", "--out", "x"], "no-such-run"),
        (["a", "--filter", "state = RUNNING", "--to", "csv", "--out", "x"], "not both"),
        (["--filter", "nonsense !", "--to", "csv", "--out", "x"], "nonsense"),
        (["--to", "mlflow", "--out", "folder"], "http://host:port"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(platform, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)

    program = export(platform, *arguments)

    assert program.returncode == 1
    assert words in program.stderr
    assert len(program.stderr.splitlines()) == 1
