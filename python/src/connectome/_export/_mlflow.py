"""Runs of an MLflow tracking server, by its REST API."""

import base64
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, Iterable, Iterator, List, Optional, Set, Tuple

from .._http import NoRedirects
from .._numbers import number
from ._records import Record

_OPENER = urllib.request.build_opener(NoRedirects)
_EXPERIMENT = "connectome"
_UID = "connectome.uid"
_BATCH = 1000
_LONGEST_TAG = 5000
_ENDS = {"STOPPED": "FINISHED", "COMPLETED": "FINISHED", "FAILED": "FAILED"}


def to_mlflow(runs: Iterable[Record], target: str) -> None:
    """Write runs to the experiment ``connectome`` of the server at TARGET. Points that it has are not sent again.

    MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, are shown as MLflow's client does.
    MLFLOW_EXPERIMENT_NAME names another experiment.
    """
    server = _Server(target)
    experiment = server.experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME") or _EXPERIMENT)
    for run in runs:
        sent: Dict[str, Set[int]] = {}
        identity = server.find(experiment, run.uid)
        if identity is None:
            identity = server.create(experiment, run)
        else:
            sent = {key: server.steps(identity, key) for key in _keys(run.series)}
        metrics = [metric for metric in _metrics(run) if metric["step"] not in sent.get(metric["key"], ())]
        for first in range(0, len(metrics), _BATCH):
            server.call("runs/log-batch", {"run_id": identity, "metrics": metrics[first : first + _BATCH]})
        # Tags have other values the next time, the newest of which counts.
        server.call("runs/log-batch", {"run_id": identity, "tags": _tags(run)})
        end = {"end_time": int(run.ended * 1000)} if run.ended else {}
        server.call("runs/update", {"run_id": identity, "status": _ENDS.get(run.facts["state"], "RUNNING"), **end})


def _keys(names: Iterable[str]) -> Dict[str, str]:
    """Series by the keys that MLflow allows; of two that would have the same, the later gets a number."""
    keys: Dict[str, str] = {}
    for name in names:
        key = plain = re.sub(r"[^\w\-. /]", "_", name, flags=re.ASCII)
        number = 2
        while key in keys:
            key, number = f"{plain}_{number}", number + 1
        keys[key] = name
    return keys


def _metrics(run: Record) -> Iterator[Dict[str, Any]]:
    for key, name in _keys(run.series).items():
        for point in run.series[name]:
            value = number(point.value)
            yield {"key": key, "value": value, "timestamp": int(point.time * 1000), "step": point.epoch}


def _tags(run: Record) -> List[Dict[str, str]]:
    tags = {**run.labels, **{f"connectome.{name}": str(value) for name, value in run.facts.items() if value}}
    return [{"key": key, "value": value[:_LONGEST_TAG]} for key, value in tags.items()]


class _Server:
    """The REST API of a tracking server."""

    def __init__(self, url: str) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"MLflow's address must be http://host:port, not {url[:64]!r}")
        self._base = url.rstrip("/") + "/api/2.0/mlflow/"

    def experiment(self, name: str) -> str:
        try:
            found = self.call("experiments/get-by-name", query=[("experiment_name", name)])
            return str(found["experiment"]["experiment_id"])
        except _Missing:
            return str(self.call("experiments/create", {"name": name})["experiment_id"])

    def find(self, experiment: str, uid: str) -> Optional[str]:
        condition = f"tags.`{_UID}` = '{uid}'"
        found = self.call("runs/search", {"experiment_ids": [experiment], "filter": condition, "max_results": 1})
        return next((str(run["info"]["run_id"]) for run in found.get("runs", [])), None)

    def create(self, experiment: str, run: Record) -> str:
        body = {"experiment_id": experiment, "run_name": run.name, "start_time": int(run.created * 1000)}
        created = self.call("runs/create", {**body, "tags": [{"key": _UID, "value": run.uid}]})
        return str(created["run"]["info"]["run_id"])

    def steps(self, identity: str, key: str) -> Set[int]:
        found = self.call("metrics/get-history", query=[("run_id", identity), ("metric_key", key)])
        return {int(metric["step"]) for metric in found.get("metrics", [])}

    def call(self, path: str, body: Optional[Dict[str, Any]] = None, query: Iterable[Tuple[str, str]] = ()) -> Any:
        url = f"{self._base}{path}?{urllib.parse.urlencode(list(query))}" if body is None else self._base + path
        headers = {"Content-Type": "application/json", **_authorization()}
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        try:
            with _OPENER.open(urllib.request.Request(url, data, headers), timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code == 404 and "RESOURCE_DOES_NOT_EXIST" in text:
                raise _Missing(text) from None
            raise RuntimeError(f"MLflow refuses {path} with status {error.code}: {text[:300]}") from None


class _Missing(Exception):
    pass


def _authorization() -> Dict[str, str]:
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    user, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    if user and password:
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    return {"Authorization": f"Bearer {token}"} if token else {}
