"""JSON calls to the controller, with the standard library alone."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Dict, Optional, Sequence, Tuple

from ._token import check, find, is_loopback

DOMAIN = "connectome.dev"


class Away(Exception):
    """No answer, or one that asks to come again: the same call may succeed later."""


class Refused(Exception):
    """The controller's answer is no. ``reason`` is for programs, the text for people."""

    def __init__(self, reason: str, message: str, waits: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.waits = waits


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that it was given for, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Http:
    """The controller at a base URL. Loopback addresses are never asked for through a proxy."""

    def __init__(self, url: str, token: Optional[str], timeout: float) -> None:
        parts = urllib.parse.urlsplit(url if "://" in url else "http://" + url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the platform's address must be http://host:port, not {url[:64]!r}")
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._token = check(token) if token else None
        self._timeout = timeout
        handlers = [urllib.request.ProxyHandler({})] if is_loopback(parts.hostname) else []
        self._opener = urllib.request.build_opener(NoRedirects, *handlers)

    def post(self, path: str, body: Dict[str, Any], values: Optional[bytes] = None) -> Dict[str, Any]:
        """Send JSON, and values as they are in a part of their own; return the answer's JSON."""
        text = json.dumps(body, allow_nan=False).encode()
        headers = {"Content-Type": "application/json"}
        if values is not None:
            boundary = uuid.uuid4().hex
            headers["Content-Type"] = f"multipart/related; boundary={boundary}"
            text = b"".join(
                (
                    f"--{boundary}\r\nContent-Type: application/json\r\n\r\n".encode(),
                    text,
                    f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n".encode(),
                    values,
                    f"\r\n--{boundary}--\r\n".encode(),
                )
            )
        return self._call("POST", path, text, headers)

    def get(self, path: str, query: Sequence[Tuple[str, str]] = ()) -> Dict[str, Any]:
        """Ask for something; return the answer's JSON."""
        return self._call("GET", f"{path}?{urllib.parse.urlencode(query)}", None, {})

    def _call(self, method: str, path: str, data: Optional[bytes], headers: Dict[str, str]) -> Dict[str, Any]:
        token = self._token or find(self.url)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer = json.loads(response.read())
                if not isinstance(answer, dict):
                    raise Away(f"{self.url} answers with something else than a platform does")
                return answer
        except urllib.error.HTTPError as error:
            raise _failure(error, self.url) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise Away(f"{self.url} does not answer: {reason}") from None


def _failure(error: urllib.error.HTTPError, url: str) -> Exception:
    try:
        status = json.loads(error.read())
        details = [one for one in status.get("details", []) if isinstance(one, dict)]
        info = next(one for one in details if one.get("domain") == DOMAIN)
        message = str(status["message"])
    except (OSError, ValueError, AttributeError, KeyError, StopIteration, http.client.HTTPException):
        # Not the controller speaks, but something between.
        return Away(f"{url} answers with status {error.code}")
    if error.code >= 500 or error.code == 429:
        return Away(message)
    waits = any("retryDelay" in one for one in details)
    return Refused(str(info.get("reason", "")), message, waits)
