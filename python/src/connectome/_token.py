"""The token that this process shows, which is asked for anew with each call."""

import os
import socket
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


def check(token: str) -> str:
    """Return the token without white space around it; raise ValueError, without its text, if it can be none."""
    plain = token.strip()
    if not all(" " < letter < "\x7f" for letter in plain):
        raise ValueError("a token has letters, digits and signs only, no blanks or ends of lines within it")
    return plain


def find(url: str) -> Optional[str]:
    """Return the environment's token, else that of the platform on this machine, if this user has started it."""
    token = os.environ.get("CONNECTOME_TOKEN", "").strip()
    if token:
        return check(token)
    file = os.environ.get("CONNECTOME_TOKEN_FILE", "").strip()
    if file:
        return _read(Path(file))
    parts = urllib.parse.urlsplit(url)
    if parts.hostname not in ("127.0.0.1", "localhost") or not parts.port:
        return None
    if not _is_own(parts.hostname, parts.port):
        return None
    state = _state_directory(parts.port)
    return _read(state / "token") if state else None


def _read(file: Path) -> Optional[str]:
    try:
        return check(file.read_text()) or None
    except (OSError, ValueError):
        return None


def _state_directory(port: int) -> Optional[Path]:
    """Where the platform on a port keeps its state; none if this user has started none there that is still up."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    try:
        process, state = (Path(base) / "connectome" / "platforms" / str(port)).read_text().splitlines()[:2]
        return Path(state) if process == stamp(int(process.split()[0])) else None
    except (OSError, ValueError, IndexError):
        return None


def stamp(pid: int) -> str:
    """Tell a process from one that has its id later, and from one of another machine with the same home."""
    start = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    return f"{pid} {start} {Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"


def _is_own(host: str, port: int) -> bool:
    """Whether a name stands for 127.0.0.1 alone: at another address another user may listen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(address[4][0] == "127.0.0.1" for address in found)
