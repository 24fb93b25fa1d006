"""A real platform for the tests, which they start themselves."""

import json
import os
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from connectome._token import stamp

ROOT = Path(__file__).resolve().parents[2]


def begin(state, home):
    """Start a platform of a user with a home, and return its process."""
    jar = os.environ.get("CONNECTOME_CLI_JAR", str(ROOT / "cli" / "target" / "cli.jar"))
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java" if "JAVA_HOME" in os.environ else "java"
    home_of_jar = Path(jar).parents[2]
    command = [str(java), "-Xmx384m", "-XX:+UseSerialGC", f"-Dconnectome.home={home_of_jar}", "-cp", jar]
    log = (state.parent / "platform.log").open("ab")
    return subprocess.Popen(
        [*command, "dev.connectome.cli.Main", "up", "--state-dir", str(state)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={**os.environ, "XDG_STATE_HOME": str(home)},
    )


class Platform:
    """The platform's HTTP API, for people."""

    def __init__(self, url, token):
        self.url = url
        self.token = token
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def get(self, path):
        request = urllib.request.Request(self.url + "/v1/" + path, headers=self.headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def post(self, path, body):
        request = urllib.request.Request(self.url + "/v1/" + path, json.dumps(body).encode(), self.headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def answers(self):
        """Whether it is up."""
        try:
            self.get("enforcement")
        except OSError:
            return False
        return True

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
def home(tmp_path_factory):
    """Where the platform of the tests is known to programs of its user."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def platform(tmp_path_factory, home):
    url = os.environ.get("CONNECTOME_TEST_URL")
    if url:
        token = os.environ["CONNECTOME_TEST_TOKEN"]
        here = home / "connectome" / "platforms"
        here.mkdir(parents=True)
        (home / "token").write_text(token)
        (here / str(urllib.parse.urlsplit(url).port)).write_text(f"{stamp(os.getpid())}\n{home}\n")
        yield Platform(url, token)
        return
    state = tmp_path_factory.mktemp("platform") / "state"
    process = begin(state, home)
    endpoints = state / "endpoints.json"
    try:
        eventually(lambda: endpoints.exists() or process.poll() is not None, bool, 300)
        assert process.poll() is None, (state.parent / "platform.log").read_text()[-4000:]
        url = json.loads(endpoints.read_text())["controller"]["http"]
        platform = Platform(url, (state / "token").read_text().strip())
        # Its addresses are known before it answers there.
        eventually(lambda: platform.answers() or process.poll() is not None, bool, 300)
        assert process.poll() is None, (state.parent / "platform.log").read_text()[-4000:]
        yield platform
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch, home):
    """Nothing of one test is remembered in the next, or in the home of whoever runs it, but the platform."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "connectome").mkdir()
    (tmp_path / "connectome" / "platforms").symlink_to(home / "connectome" / "platforms")
    addresses = ("CONNECTOME_URL", "CONNECTOME_TOKEN", "CONNECTOME_TOKEN_FILE")
    ranks = ("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK")
    for name in (*addresses, "CONNECTOME_RUN", "CONNECTOME_MODE", "CONNECTOME_OFFLINE_DIR", *ranks):
        monkeypatch.delenv(name, raising=False)
