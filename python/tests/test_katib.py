"""What Katib sees of a stopped trial: a line, a rule, and a condition of its object."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import connectome

grpc = pytest.importorskip("grpc")
pytest.importorskip("grpc_tools")

POLICY = {"policyId": "patience", "monitor": "val_loss", "patience": {"patience": 2}}


def trained(platform, losses, capsys):
    name = f"katib-{uuid.uuid4().hex[:8]}"
    with connectome.katib.announced(connectome.run(name, policy=POLICY, url=platform.url)) as run:
        for epoch, loss in enumerate(losses, 1):
            print(f"val_loss={loss}")
            if run.report(epoch, {"val_loss": loss}, wait=60):
                break
    return platform.get(f"runs/{name}"), capsys.readouterr().out.splitlines()


def test_a_stopped_trial_prints_the_line_last_and_another_never(platform, capsys):
    run, lines = trained(platform, [1.0, 0.5, 0.6, 0.7, 0.8], capsys)
    assert run["state"] == "RUN_STATE_STOPPED"
    assert lines == ["val_loss=1.0", "val_loss=0.5", "val_loss=0.6", "val_loss=0.7", "connectome-stop=1"]

    run, lines = trained(platform, [1.0, 0.5], capsys)
    assert run["state"] == "RUN_STATE_COMPLETED"
    assert lines == ["val_loss=1.0", "val_loss=0.5"]


class Cluster(ThreadingHTTPServer):
    """As much of a Kubernetes API as there is to one trial, whose version each change checks."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.trial = {"metadata": {"resourceVersion": "7"}, "status": {"conditions": [{"type": "Running"}]}}
        self.changes = 0
        self.meanwhile = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    PATH = "/apis/kubeflow.org/v1beta1/namespaces/vision/trials/search-1"

    def do_GET(self):
        self.answer(200 if self.path == self.PATH else 404)
        if self.server.meanwhile:
            self.server.trial["metadata"]["resourceVersion"] = self.server.meanwhile

    def do_PATCH(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        trial = self.server.trial
        if body["metadata"]["resourceVersion"] != trial["metadata"]["resourceVersion"]:
            return self.answer(409)
        assert self.path == self.PATH + "/status"
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        trial["status"].update(body["status"])
        self.server.changes += 1
        return self.answer(200)

    def answer(self, status):
        allowed = self.headers["Authorization"] == "Bearer of-the-pod"
        text = json.dumps(self.server.trial).encode()
        self.send_response(status if allowed else 401)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def cluster():
    server = Cluster()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(cluster, tmp_path):
    from connectome._trials import Trials

    (tmp_path / "namespace").write_text("vision\n")
    (tmp_path / "token").write_text("of-the-pod\n")
    messages, services = grpc.protos_and_services("connectome/katib.proto")
    server, port = connectome.katib.serve(0, Trials(cluster.url, tmp_path))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield messages, services.EarlyStoppingStub(channel)
    server.stop(None)


def test_the_service_has_one_rule_and_takes_all_settings(service):
    messages, stub = service

    rules = stub.GetEarlyStoppingRules(messages.GetEarlyStoppingRulesRequest()).early_stopping_rules

    assert [(rule.name, rule.value, rule.comparison, rule.start_step) for rule in rules] == [
        ("connectome-stop", "1", messages.EQUAL, 0)
    ]
    stub.ValidateEarlyStoppingSettings(messages.ValidateEarlyStoppingSettingsRequest())


def test_its_messages_are_katibs_on_the_wire(service):
    messages, stub = service
    # Field 1 with the number 1: the name of a whole experiment, which is skipped.
    asked = messages.GetEarlyStoppingRulesRequest.FromString(bytes([0x0A, 3, 0x0A, 1, 0x61]))

    answer = stub.GetEarlyStoppingRules(asked).SerializeToString()

    rule = b"\x0a\x0fconnectome-stop\x12\x011\x18\x01"
    assert answer == b"\x0a" + bytes([len(rule)]) + rule


def test_a_stopped_trial_gets_its_condition_once(service, cluster):
    messages, stub = service

    for _ in range(2):
        stub.SetTrialStatus(messages.SetTrialStatusRequest(trial_name="search-1"))

    conditions = cluster.trial["status"]["conditions"]
    assert [one["type"] for one in conditions] == ["Running", "EarlyStopped"]
    assert (conditions[1]["status"], conditions[1]["reason"]) == ("True", "TrialEarlyStopped")
    assert cluster.changes == 1


def test_a_condition_that_was_added_meanwhile_is_not_lost(service, cluster):
    messages, stub = service
    cluster.meanwhile = "8"

    with pytest.raises(grpc.RpcError) as refused:
        stub.SetTrialStatus(messages.SetTrialStatusRequest(trial_name="search-1"))

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert cluster.changes == 0


@pytest.mark.parametrize("name, code", [("search-2", "UNAVAILABLE"), ("../pods/a", "INVALID_ARGUMENT")])
def test_what_is_no_trial_is_refused(service, name, code):
    messages, stub = service

    with pytest.raises(grpc.RpcError) as refused:
        stub.SetTrialStatus(messages.SetTrialStatusRequest(trial_name=name))

    assert refused.value.code().name == code


def test_outside_a_pod_it_says_so(monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    with pytest.raises(ValueError, match="runs in a pod"):
        connectome.katib.serve(0)
