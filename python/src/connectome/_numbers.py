"""Numbers and durations as JSON has them."""

import logging
import math
from typing import Any, Dict, Mapping

LOG = logging.getLogger("connectome")

_MAX_METRICS = 64
_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}


def number(value: Any) -> Any:
    """Make a number fit for JSON: a text if it is not finite."""
    plain = float(value)
    return plain if math.isfinite(plain) else _NOT_FINITE.get(plain, "NaN")


def numbers(metrics: Mapping[str, Any]) -> Dict[str, Any]:
    """Make metrics fit for JSON, and leave out those that are too many."""
    plain = {str(name): number(value) for name, value in metrics.items()}
    if len(plain) > _MAX_METRICS or any(len(name) > 64 for name in plain):
        kept = [name for name in plain if 0 < len(name) <= 64][:_MAX_METRICS]
        LOG.warning("at most %d metrics with names of at most 64 characters are kept", _MAX_METRICS)
        plain = {name: plain[name] for name in kept}
    return plain


def seconds(text: Any, default: float) -> float:
    """Read a duration as JSON has it, such as 2.500s."""
    try:
        return float(str(text).rstrip("s"))
    except ValueError:
        return default
