"""A platform that is away, slow or strange never reaches the training."""

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

import connectome
from conftest import eventually
from connectome._token import stamp

JOINED = {
    "runUid": "0b5c0d2e-0000-4000-8000-000000000000",
    "runId": "a",
    "attempt": 1,
    "epochs": 100,
    "heartbeatInterval": "0.200s",
}


class Controller(ThreadingHTTPServer):
    """Answers as a controller does, or as it is told."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = []
        self.answers = {}
        self.redirect = None
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def verbs(self):
        return [verb for verb, _, _ in self.calls]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        verb = self.path.rsplit(":", 1)[1]
        self.server.calls.append((verb, dict(self.headers), body))
        answer = self.server.answers.get(verb, JOINED if verb == "join" else {})
        status, text = answer() if callable(answer) else (200, json.dumps(answer))
        self.send_response(302 if self.server.redirect else status)
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


def refusal(reason, status=400):
    return lambda: (
        status,
        json.dumps({"message": reason, "details": [{"domain": "connectome.dev", "reason": reason}]}),
    )


@pytest.fixture
def controller():
    server = Controller()
    yield server
    server.shutdown()
    server.server_close()


def test_a_trainer_that_the_platform_has_started_joins_as_the_one_that_it_expects(controller, monkeypatch):
    monkeypatch.setenv("CONNECTOME_RUN", "a")
    monkeypatch.setenv("CONNECTOME_INSTANCE_ID", "expected")
    with connectome.run(url=controller.url):
        pass
    with connectome.run("another", url=controller.url):
        pass
    joins = [json.loads(body)["instanceId"] for verb, _, body in controller.calls if verb == "join"]
    assert joins[0] == "expected"
    assert joins[1] != "expected"


def test_nobody_there(caplog):
    array = np.zeros((100, 50), dtype=np.float32)
    with connectome.run("a", url="http://127.0.0.1:9", policy="default") as run:
        for epoch in range(1, 200):
            assert not run.report(epoch, {"trainLoss": 1.0}, connectome.Snapshot.of(array))

    assert caplog.text.count("the platform is away") == 1
    assert "was not told how run a ended" in caplog.text


def test_what_was_reported_meanwhile_arrives_in_order(controller):
    gates = iter([503, 503])
    controller.answers["report"] = lambda: (next(gates, 200), "{}")
    with connectome.run("a", url=controller.url) as run:
        for epoch in (1, 2, 3):
            run.report(epoch, {"trainLoss": float(epoch)})

    epochs = [json.loads(body)["epoch"] for verb, _, body in controller.calls if verb == "report"]
    assert epochs == [1, 1, 1, 2, 3]
    assert controller.verbs()[-1] == "finish"


def test_a_full_queue_leaves_out_activations_and_counts_them(controller, monkeypatch):
    monkeypatch.setattr("connectome._session._MAX_BYTES", 100_000)
    hold = threading.Event()
    controller.answers["report"] = lambda: (hold.wait(30) and 200, "{}")
    snapshot = connectome.Snapshot.of(np.zeros((100, 100), dtype=np.float32))
    with connectome.run("a", url=controller.url) as run:
        run.report(1, {}, snapshot)
        eventually(controller.verbs, lambda verbs: "report" in verbs)
        for epoch in range(2, 7):
            run.report(epoch, {"trainLoss": 1.0}, snapshot)
        hold.set()

    reports = [(headers["Content-Type"], body) for verb, headers, body in controller.calls if verb == "report"]
    assert len(reports) == 6
    assert [content.startswith("multipart") for content, _ in reports] == [True] + [False] * 4 + [True]
    assert b'"droppedSnapshots": "4"' in reports[-1][1]


def test_a_silent_training_sends_heartbeats_and_hears_of_a_stop(controller):
    with connectome.run("a", url=controller.url) as run:
        eventually(controller.verbs, lambda verbs: verbs.count("heartbeat") >= 2)
        assert not run.should_stop
        controller.answers["heartbeat"] = {"stopCommand": {"commandId": "c", "reason": "r", "restoreEpoch": 0}}
        eventually(lambda: run.should_stop, bool)

    assert run.stop == connectome.Stop("c", "r", "", 0)
    outcome = json.loads(controller.calls[-1][2])["outcome"]
    assert (outcome["end"], outcome["stopCommandId"]) == ("TRAINING_END_STOPPED", "c")


@pytest.mark.parametrize("reason", ["RUN_DELETED", "SUPERSEDED"])
def test_two_refusals_end_a_training(controller, reason):
    with connectome.run("a", url=controller.url) as run:
        controller.answers["report"] = refusal(reason)
        assert not run.report(1, {"a": 1.0})
        assert eventually(lambda: run.should_stop, bool)


@pytest.mark.parametrize(
    "answer",
    [
        refusal("ATTEMPT_UNKNOWN"),
        refusal("RUN_ENDED"),
        refusal("RUN_NOT_FOUND", 404),
        lambda: (404, "<html>not here</html>"),
        lambda: (403, "no"),
        lambda: (200, "[]"),
        lambda: (200, "<html>log in</html>"),
    ],
)
def test_no_other_answer_ends_a_training(controller, answer):
    with connectome.run("a", url=controller.url) as run:
        controller.answers["report"] = answer
        run.report(1, {"a": 1.0})
        eventually(controller.verbs, lambda verbs: verbs.count("report") >= 2)
        assert not run.should_stop
        controller.answers["report"] = {}

    assert controller.verbs()[-1] == "finish"


def test_a_report_that_is_refused_is_left_out(controller, caplog):
    controller.answers["report"] = refusal("INVALID_FIELD")
    with connectome.run("a", url=controller.url) as run:
        run.report(1, {"a": 1.0})
        eventually(controller.verbs, lambda verbs: "report" in verbs)

    assert controller.verbs().count("report") == 1
    assert "was refused and is left out" in caplog.text


def test_a_lowered_budget_ends_a_training_and_none_does_not(controller):
    with connectome.run("a", url=controller.url, epochs=100) as run:
        assert not run.report(99, {})
        controller.answers["report"] = {"epochs": 50}
        run.report(99, {})
        eventually(lambda: run.should_stop, bool)


def test_the_token_travels_and_loopback_needs_no_proxy(controller, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("CONNECTOME_TOKEN", "t")
    monkeypatch.setenv("CONNECTOME_URL", controller.url)
    with connectome.run("a"):
        pass

    assert controller.calls[0][1]["Authorization"] == "Bearer t"
    assert controller.verbs() == ["join", "finish"]


def test_a_token_of_a_file_is_read_anew_for_each_call(controller, monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text("first\n")
    monkeypatch.setenv("CONNECTOME_TOKEN_FILE", str(file))
    with connectome.run("a", url=controller.url):
        file.write_text("second\n")

    assert [headers.get("Authorization") for _, headers, _ in controller.calls] == ["Bearer first", "Bearer second"]


SELF = stamp(os.getpid())


@pytest.mark.parametrize("process", [SELF, SELF.replace(" ", " 1", 1), SELF + "0", str(os.getpid())])
def test_a_platform_of_this_user_is_known_by_its_port(controller, monkeypatch, tmp_path, process):
    home = tmp_path / "home"
    platforms = home / "connectome" / "platforms"
    platforms.mkdir(parents=True)
    (home / "token").write_text("of-the-platform\n")
    (platforms / controller.url.rsplit(":", 1)[1]).write_text(f"{process}\n{home}\n")
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    with connectome.run("a", url=controller.url):
        pass

    shown = "Bearer of-the-platform" if process == SELF else None
    assert controller.calls[0][1].get("Authorization") == shown


def test_a_token_is_shown_without_its_line_end_and_a_wrong_one_is_refused_without_its_text(controller, caplog):
    with connectome.run("a", url=controller.url, token="secret\n"):
        pass
    with pytest.raises(ValueError, match="a token has") as refused:
        connectome.run("a", url=controller.url, token="secret\nof two lines")

    assert controller.calls[0][1]["Authorization"] == "Bearer secret"
    assert "secret" not in str(refused.value)
    assert "secret" not in caplog.text


def test_a_redirect_takes_the_token_nowhere(controller, caplog):
    shown = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            shown.append(self.headers.get("Authorization"))
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        controller.redirect = f"http://127.0.0.1:{elsewhere.server_port}/"
        with connectome.run("a", url=controller.url, token="secret") as run:
            run.report(1, {"a": 1.0})
        elsewhere.shutdown()

    assert shown == []
    assert "status 302" in caplog.text


def test_a_refused_token_ends_no_training(controller, caplog):
    controller.answers["report"] = refusal("NO_VALID_TOKEN", 401)
    with connectome.run("a", url=controller.url) as run:
        assert not run.report(1, {"a": 1.0})
        eventually(lambda: "NO_VALID_TOKEN" in caplog.text, bool)
        assert not run.should_stop
        controller.answers.pop("report")
        assert not run.report(2, {"a": 1.0}, wait=10)

    assert controller.verbs().count("report") >= 3


def test_disabled_sends_nothing_and_other_ranks_are_silent(controller, monkeypatch):
    with connectome.run("a", url=controller.url, mode="disabled") as run:
        assert not run.report(1, {"a": 1.0})
    monkeypatch.setenv("RANK", "1")
    with connectome.run("a", url=controller.url) as run:
        assert not run.report(1, {"a": 1.0})

    assert controller.calls == []


def test_numbers_that_are_not_finite_travel(controller):
    with connectome.run("a", url=controller.url) as run:
        run.report(1, {"a": float("nan"), "b": np.float32(-np.inf), "c": np.int64(3)})

    metrics = next(json.loads(body)["metrics"] for verb, _, body in controller.calls if verb == "report")
    assert metrics == {"a": "NaN", "b": "-Infinity", "c": 3.0}


def test_a_report_does_not_wait_for_a_slow_platform(controller):
    hold = threading.Event()
    controller.answers["report"] = lambda: (hold.wait(30) and 200, "{}")
    with connectome.run("a", url=controller.url) as run:
        began = time.monotonic()
        for epoch in range(1, 1001):
            run.report(epoch, {"a": 1.0})
        took = time.monotonic() - began
        assert not hold.is_set()
        hold.set()

    assert took < 30
    assert controller.verbs().count("report") == 1000


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="mode must be one of"):
        connectome.run("a", mode="sometimes")
    with pytest.raises(ValueError, match="http://host:port"):
        connectome.run("a", url="ftp://x")
    with pytest.raises(ValueError, match='policy must be "default"'):
        connectome.run("a", policy="trough")
    with connectome.run("a", mode="disabled") as run, pytest.raises(ValueError, match="epoch must be 1"):
        run.report(0)


def test_the_end_is_told_to_a_platform_that_is_being_restarted(controller):
    refused = []

    def away_for_a_while():
        if len(refused) < 8:
            refused.append(503)
            return 503, "restarting"
        return 200, "{}"

    controller.answers["finish"] = away_for_a_while

    with connectome.run("a", url=controller.url) as run:
        run.report(1, {"trainLoss": 1.0})

    assert controller.verbs().count("finish") == 9
