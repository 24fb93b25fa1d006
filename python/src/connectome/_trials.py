"""The trials of Katib, as objects of a Kubernetes cluster."""

import json
import os
import re
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any, Optional

from ._http import NoRedirects

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")


class Trials:
    """The trials of a namespace. In a pod the defaults are right: its cluster, its account, its namespace."""

    def __init__(self, url: Optional[str] = None, account: Path = _ACCOUNT) -> None:
        """Connect to nothing yet; raise ValueError outside a pod."""
        if url is None and "KUBERNETES_SERVICE_HOST" not in os.environ:
            raise ValueError("the early stopping service runs in a pod of a Kubernetes cluster, and this is none")
        host = os.environ.get("KUBERNETES_SERVICE_HOST", "")
        self._url = url or f"https://{host}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}"
        self._account = account

    def set_stopped(self, name: str) -> None:
        """Give a trial the condition EarlyStopped, unless it has it; raise ValueError for what is no name."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:64]!r} is not the name of a trial")
        namespace = (self._account / "namespace").read_text().strip()
        path = f"/apis/kubeflow.org/v1beta1/namespaces/{namespace}/trials/{name}"
        trial = self._call("GET", path)
        conditions = trial.get("status", {}).get("conditions", [])
        if any(one.get("type") == "EarlyStopped" and one.get("status") == "True" for one in conditions):
            return
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        condition = {
            "type": "EarlyStopped",
            "status": "True",
            "reason": "TrialEarlyStopped",
            "message": "Connectome has stopped the trial",
            "lastUpdateTime": now,
            "lastTransitionTime": now,
        }
        # With the version no condition that is added meanwhile is lost.
        version = {"resourceVersion": trial["metadata"]["resourceVersion"]}
        self._call("PATCH", path + "/status", {"metadata": version, "status": {"conditions": [*conditions, condition]}})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {(self._account / 'token').read_text().strip()}",
            "Content-Type": "application/merge-patch+json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        authority = self._account / "ca.crt"
        trusted = ssl.create_default_context(cafile=str(authority)) if authority.exists() else None
        opener = urllib.request.build_opener(NoRedirects, urllib.request.HTTPSHandler(context=trusted))
        with opener.open(request, timeout=10) as response:
            return json.load(response)
