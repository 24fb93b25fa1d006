"""Reading runs from a platform."""

import logging
import urllib.parse
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from .._http import Http

LOG = logging.getLogger("connectome")

_MOST_SERIES = 64
_MOST_POINTS = 10_000


@dataclass(frozen=True)
class Point:
    """A value of a series at an epoch. ``time`` is when it was known, in seconds since 1970."""

    epoch: int
    value: float
    time: float


@dataclass(frozen=True)
class Record:
    """A run: what is known of it by name, its labels, and its series by name with points by epoch."""

    name: str
    uid: str
    created: float
    ended: float
    facts: Dict[str, Any]
    labels: Dict[str, str]
    series: Dict[str, List[Point]]


def records(http: Http, names: Sequence[str], condition: str) -> Iterator[Record]:
    """Read the runs of these names, or all for which a filter is true, one at a time."""
    for name in names or [run["name"] for run in _pages(http, "/v1/runs", "trainingRuns", [("filter", condition)])]:
        path = "/v1/runs/" + urllib.parse.quote(name[5:] if name.startswith("runs/") else name, safe="")
        yield _record(http, path, http.get(path))


def _record(http: Http, path: str, run: Dict[str, Any]) -> Record:
    created = seconds(run["createTime"])
    times = {
        int(one["epoch"]): seconds(one["computedAt"])
        for one in _pages(http, path + "/signatures", "signatures", [])
        if "computedAt" in one
    }
    # Series without a finite value have no lowest one, but their metrics are the newest.
    wanted = sorted({*run.get("lowest", {}), *run.get("progress", {}).get("metrics", {})})
    series: Dict[str, List[Point]] = {}
    for first in range(0, len(wanted), _MOST_SERIES):
        query = [("series", name) for name in wanted[first : first + _MOST_SERIES]]
        for one in http.get(path + ":readSeries", [*query, ("maxPoints", str(_MOST_POINTS))]).get("series", []):
            points = [
                Point(epoch, float(value), times.get(epoch, created))
                for epoch, value in zip(one["epochs"], one["values"])
            ]
            if len(points) < one.get("recordedPoints", 0):
                LOG.warning("%s: %d of %d points of %s", run["name"], len(points), one["recordedPoints"], one["name"])
            series[one["name"]] = points
    ended = seconds(run["endTime"]) if "endTime" in run else 0.0
    return Record(run["name"][5:], run["uid"], created, ended, _facts(run), dict(run.get("labels", {})), series)


def _facts(run: Dict[str, Any]) -> Dict[str, Any]:
    decision, outcome = run.get("decision", {}), run.get("outcome", {})
    return {
        "state": str(run.get("state", "")).replace("RUN_STATE_", ""),
        "attempt": run.get("attempt", 0),
        "policy": run.get("policy", {}).get("policyId", ""),
        "create_time": run.get("createTime", ""),
        "end_time": run.get("endTime", ""),
        "epochs": run.get("progress", {}).get("completedEpochs", 0),
        "decided_by": decision.get("policyId", ""),
        "decided_at_epoch": decision.get("stopEpoch"),
        "decided_because": decision.get("message", ""),
        "checkpoint": outcome.get("checkpointUri", ""),
        "failure": outcome.get("failureMessage", ""),
    }


def _pages(http: Http, path: str, field: str, query: Sequence[Tuple[str, str]]) -> Iterator[Dict[str, Any]]:
    token = ""
    while True:
        page = http.get(path, [*query, ("pageSize", "1000"), ("pageToken", token)])
        yield from page.get(field, [])
        token = page.get("nextPageToken", "")
        if not token:
            return


def seconds(text: str) -> float:
    """Read a time of the API; some versions of Python know no nanoseconds."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp() + float(f"0.{fraction or 0}")
