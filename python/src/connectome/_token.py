"""The token that this process shows, which is asked for anew with each call."""

import os
import urllib.parse
from ipaddress import ip_address
from pathlib import Path
from typing import Optional


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that no proxy can reach it for us."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def find(url: str) -> Optional[str]:
    """Return the environment's token, else that of the platform on this machine, if this user has started it."""
    token = os.environ.get("CONNECTOME_TOKEN", "").strip()
    if token:
        return token
    file = os.environ.get("CONNECTOME_TOKEN_FILE", "").strip()
    if file:
        return _read(Path(file))
    parts = urllib.parse.urlsplit(url)
    if not is_loopback(parts.hostname or "") or not parts.port:
        return None
    state = _state_directory(parts.port)
    return _read(state / "token") if state else None


def _read(file: Path) -> Optional[str]:
    try:
        return file.read_text().strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _state_directory(port: int) -> Optional[Path]:
    """Where the platform on a port keeps its state; none if this user has started none there that is still up."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    try:
        process, state = (Path(base) / "connectome" / "platforms" / str(port)).read_text().splitlines()[:2]
        os.kill(int(process), 0)
        return Path(state)
    except (OSError, ValueError, OverflowError):
        return None
