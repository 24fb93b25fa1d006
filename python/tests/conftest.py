"""A real platform for the tests, which they start themselves."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def begin(state):
    """Start a platform and return its process."""
    jar = os.environ.get("CONNECTOME_CLI_JAR", str(ROOT / "cli" / "target" / "cli.jar"))
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java" if "JAVA_HOME" in os.environ else "java"
    command = [str(java), "-Xmx384m", "-XX:+UseSerialGC", f"-Dconnectome.home={ROOT}", "-cp", jar]
    log = (state.parent / "platform.log").open("ab")
    return subprocess.Popen(
        [*command, "dev.connectome.cli.Main", "up", "--state-dir", str(state)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


class Platform:
    """The platform's HTTP API, for people."""

    def __init__(self, url):
        self.url = url

    def get(self, path):
        with urllib.request.urlopen(self.url + "/v1/" + path, timeout=30) as response:
            return json.load(response)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + "/v1/" + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def signatures(self, name, count):
        """The signatures of a run, once there are so many."""
        return eventually(
            lambda: self.get(f"runs/{name}/signatures?page_size=1000").get("signatures", []),
            lambda found: len(found) >= count,
        )


def eventually(read, holds, seconds=180):
    """What is read, once something holds of it."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"not in {seconds} s: {value}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    url = os.environ.get("CONNECTOME_TEST_URL")
    if url:
        yield Platform(url)
        return
    state = tmp_path_factory.mktemp("platform") / "state"
    process = begin(state)
    endpoints = state / "endpoints.json"
    try:
        eventually(lambda: endpoints.exists() or process.poll() is not None, bool, 300)
        assert process.poll() is None, (state.parent / "platform.log").read_text()[-4000:]
        yield Platform(json.loads(endpoints.read_text())["controller"]["http"])
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Nothing of one test is remembered in the next, or in the home of whoever runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    ranks = ("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK")
    for name in ("CONNECTOME_URL", "CONNECTOME_TOKEN", "CONNECTOME_RUN", "CONNECTOME_MODE", *ranks):
        monkeypatch.delenv(name, raising=False)
