"""What the searches of all frameworks share: each trial is a run."""

import hashlib
import re
from typing import Any, Dict, Mapping, Optional

from ._run import Run, run

_LONGEST = 63
_LABEL = re.compile(r"[A-Za-z0-9._-]{1,63}")
_MOST_LABELS = 64


class Trials:
    """The runs of the trials of a search that are under way in this process, by the trials' ids."""

    def __init__(self, wait: float, options: Mapping[str, Any]) -> None:
        self._wait = wait
        self._options = dict(options)
        self._runs: Dict[str, Run] = {}

    def report(
        self, search: str, trial: str, parameters: Mapping[str, Any], epoch: int, metrics: Mapping[str, Any]
    ) -> bool:
        """Report an epoch of a trial, whose run is joined with its first one; return whether to stop."""
        if trial not in self._runs:
            given = {"name": name(search, trial), "labels": labels(parameters), **self._options}
            self._runs[trial] = run(**given)
        return self._runs[trial].report(epoch, metrics, wait=self._wait)

    def end(self, trial: str, error: Optional[str] = None) -> None:
        """Tell how a trial ended, if it has reported."""
        ended = self._runs.pop(trial, None)
        if ended is not None:
            ended.finish(RuntimeError(error) if error is not None else None)

    def __getstate__(self) -> Dict[str, Any]:
        """Go without the runs: another process joins them anew."""
        return {**self.__dict__, "_runs": {}}


def name(search: str, trial: str) -> str:
    """Make the name of a run: lower-case letters, digits and hyphens, the same for the same trial."""
    plain = re.sub("[^a-z0-9]+", "-", f"{search}-{trial}".lower()).strip("-")
    plain = plain if plain[:1].isalpha() else f"t-{plain}"
    if len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256(f"{search}-{trial}".encode()).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9].rstrip('-')}-{digest}"


def labels(parameters: Mapping[str, Any]) -> Dict[str, str]:
    """Return the parameters that can be labels."""
    pairs = ((str(key), str(value)) for key, value in parameters.items())
    return dict([(key, text) for key, text in pairs if _LABEL.fullmatch(key) and _LABEL.fullmatch(text)][:_MOST_LABELS])
