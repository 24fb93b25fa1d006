"""Who trained a run on this machine last: so that a trainer that was killed gets its run back at once."""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Optional


def _file(url: str, name: str) -> Path:
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    digest = hashlib.sha256(f"{url}\n{name}".encode()).hexdigest()[:32]
    return Path(base) / "connectome" / f"{digest}.json"


def _machine() -> Optional[str]:
    """Where process ids mean the same; none where this machine does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + os.readlink("/proc/self/ns/pid")
    except OSError:
        return None


def _started(pid: int) -> Optional[str]:
    """When a process began; none if it is gone, or where this machine does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None


def remember(url: str, name: str, instance: str) -> None:
    """Write down that this process trains the run. A machine without a writable home goes without."""
    file = _file(url, name)
    pid = os.getpid()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = file.with_suffix(f".{pid}")
        part.write_text(json.dumps({"instance": instance, "pid": pid, "started": _started(pid), "machine": _machine()}))
        os.replace(part, file)
    except OSError:
        pass


def predecessor(url: str, name: str) -> Optional[str]:
    """Return the instance id of the process that trained the run on this machine, if that process is gone."""
    try:
        last = json.loads(_file(url, name).read_text())
        knows = last["machine"] is not None and last["machine"] == _machine() and last["started"] is not None
        return str(last["instance"]) if knows and _started(int(last["pid"])) != last["started"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(url: str, name: str) -> None:
    """Remove what was written down: the attempt has ended."""
    with contextlib.suppress(OSError):
        _file(url, name).unlink()
