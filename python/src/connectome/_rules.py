"""The stopping rules that ``connectome.local`` knows: the platform's, as folds over series."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Deque, Dict, List, Mapping, Optional, Sequence, Set

Values = Mapping[str, float]

_MIN_CHANGE = 0.05
_SPREAD = 0.5
_CONCENTRATION = "predictedClassConcentration"

DEFAULT: Dict[str, Any] = {
    "policyId": "default",
    "all": {
        "policies": [
            {
                "policyId": "neighbours",
                "monitor": "neighbourDisagreement",
                "diminishing": {
                    "smoothing": 0.5,
                    "peakFraction": 1,
                    "window": 4,
                    "minRelativeDrop": 0.05,
                    "confirm": 2,
                },
            },
            {
                "policyId": "connectome",
                "monitor": "connectomeDistance",
                "diminishing": {"smoothing": 0.5, "peakFraction": 1, "window": 4, "minRelativeDrop": 0.3, "confirm": 2},
            },
            {
                "policyId": "classes",
                "monitor": _CONCENTRATION,
                "diminishing": {
                    "smoothing": 0.5,
                    "peakFraction": 1,
                    "window": 4,
                    "minRelativeDrop": 0.05,
                    "confirm": 2,
                },
            },
            {
                "policyId": "loss",
                "monitor": "trainLoss",
                "slowing": {"smoothing": 0.5, "minFall": 0.25, "window": 1, "maxPace": 0.9, "confirm": 1},
            },
            {
                "policyId": "trend",
                "monitor": "neighbourDisagreement",
                "flat": {"window": 12, "minFall": 0.04, "significance": 6},
            },
        ]
    },
}


@dataclass(frozen=True)
class Decision:
    """That to stop, and why. ``moved`` are the series that must have moved for it to mean anything."""

    reason: str
    moved: Set[str]
    restore_epoch: Optional[int] = None


class Averages:
    """Moving averages of a series over a window, and how often in a row something has held of them."""

    def __init__(self, smoothing: float, window: int, confirm: int) -> None:
        self._smoothing = smoothing
        self.window = int(window)
        self._confirm = int(confirm)
        self._recent: Deque[float] = deque()
        self._held = 0
        self.current = math.nan

    def read(self, value: float) -> Optional[float]:
        """Read the next finite point; return the average a window ago, once there is one."""
        weighted = self._smoothing * value + (1 - self._smoothing) * self.current
        self.current = value if math.isnan(self.current) else weighted
        self._recent.append(self.current)
        return self._recent.popleft() if len(self._recent) > self.window else None

    def confirmed(self, holds: bool) -> bool:
        """Count a point at which something holds or not; return whether it has held often enough."""
        self._held = self._held + 1 if holds else 0
        return self._held >= self._confirm


class Diminishing:
    """Stops once the average of a series, below a fraction of its peak, has almost stopped falling."""

    def __init__(
        self,
        smoothing: float = 0.3,
        peakFraction: float = 1,
        window: int = 3,
        minRelativeDrop: float = 0.3,
        confirm: int = 2,
    ) -> None:
        self._averages = Averages(smoothing, window, confirm)
        self._fraction = peakFraction
        self._least = minRelativeDrop
        self._peak = 0.0
        self._largest = 0.0

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        start = self._averages.read(value)
        average = self._averages.current
        self._peak = max(self._peak, average)
        holds, drop = False, 0.0
        if start is not None:
            fall = start - average
            self._largest = max(self._largest, fall)
            drop = fall / start if start > 0 else (fall / self._largest if self._largest > 0 else 0.0)
            holds = self._peak > 0 and average <= self._fraction * self._peak and drop < self._least
        if not self._averages.confirmed(holds):
            return None
        points = self._averages.window
        return f"has settled: its average fell by {drop:.0%} over {points} points (threshold {self._least:.0%})"


class Slowing:
    """Stops once a series has fallen well below its first value and falls more slowly than at its fastest."""

    def __init__(
        self, smoothing: float = 0.5, minFall: float = 0.25, window: int = 3, maxPace: float = 0.7, confirm: int = 2
    ) -> None:
        self._averages = Averages(smoothing, window, confirm)
        self._least = minFall
        self._pace = maxPace
        self._first: Optional[float] = None
        self._fastest = 0.0

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        first = self._first = value if self._first is None else self._first
        start = self._averages.read(value)
        average = self._averages.current
        holds = False
        if start is not None:
            fall = start - average
            self._fastest = max(self._fastest, fall)
            fallen = first - average >= self._least * abs(first)
            holds = fallen and self._fastest > 0 and fall <= self._pace * self._fastest
        if not self._averages.confirmed(holds):
            return None
        return f"has slowed down: its average is {average:.4g}, down from {first:.4g}"


class Flat:
    """Stops once the line through the last points of a series no longer falls steadily."""

    def __init__(self, window: int = 12, minFall: float = 0.04, significance: float = 6) -> None:
        if not 5 <= window <= 1000:
            raise ValueError(f"window must be 5 to 1000, not {window}")
        if not 0 < minFall < math.inf:
            raise ValueError(f"minFall must be above 0, not {minFall}")
        if not 0 <= significance < math.inf:
            raise ValueError(f"significance must be 0 or more, not {significance}")
        self._least = minFall
        self._significance = significance
        self._values: Deque[float] = deque(maxlen=int(window))

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        self._values.append(value)
        n = len(self._values)
        if n < 5:
            return None
        mean = sum(self._values) / n
        spread = n * (n * n - 1) / 12
        times = [i - (n - 1) / 2 for i in range(n)]
        slope = sum(time * (y - mean) for time, y in zip(times, self._values)) / spread
        residuals = sum((y - mean - slope * time) ** 2 for time, y in zip(times, self._values))
        error = math.sqrt(residuals / (n - 2) / spread)
        fall = -slope * (n - 1)
        if slope < 0 and fall >= self._least * abs(mean) and -slope >= self._significance * error:
            return None
        return f"is flat: the line through its last {n} points does not fall steadily"


class Patience:
    """Stops after a number of points without a new best one."""

    def __init__(
        self,
        mode: str = "MONITOR_MODE_MIN",
        minDelta: float = 0,
        patience: int = 5,
        startFromEpoch: int = 1,
        checkFinite: bool = True,
        restoreBest: bool = False,
    ) -> None:
        if mode not in ("MONITOR_MODE_MIN", "MONITOR_MODE_MAX"):
            raise ValueError(f"mode must be MONITOR_MODE_MIN or MONITOR_MODE_MAX, not {str(mode)[:64]!r}")
        self._sign = 1 if mode == "MONITOR_MODE_MIN" else -1
        self._delta = minDelta
        self._patience = int(patience)
        self._start = int(startFromEpoch)
        self._restore = restoreBest
        self.stops_unless_finite = checkFinite
        self._best = math.inf
        self._waited = 0
        self.best_epoch: Optional[int] = None

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        if epoch < self._start:
            return None
        if self._sign * value + self._delta < self._best:
            self._best = self._sign * value
            self._waited = 0
            self.best_epoch = epoch if self._restore else None
            return None
        self._waited += 1
        if self._waited < self._patience:
            return None
        return f"has not improved for {self._waited} points; its best value was {self._sign * self._best:.4g}"


_RULES = {"diminishing": Diminishing, "slowing": Slowing, "flat": Flat, "patience": Patience}


@dataclass
class Single:
    """A rule and the series that it reads."""

    name: str
    monitor: str
    rule: Any
    agrees: bool = False
    decision: Optional[Decision] = None

    @property
    def monitors(self) -> List[str]:
        """The series that are read."""
        return [self.monitor]

    def read(self, epoch: int, values: Values) -> Optional[Decision]:
        """Read an epoch; return the decision to stop at it."""
        value = values.get(self.monitor)
        self.decision = None
        if value is None:
            return None
        if not math.isfinite(value):
            if getattr(self.rule, "stops_unless_finite", False):
                self.agrees = True
                self.decision = Decision(f"{self.monitor} is {value}", set())
        else:
            reason = self.rule.read(epoch, value)
            self.agrees = reason is not None
            if reason is not None:
                restore = getattr(self.rule, "best_epoch", None)
                self.decision = Decision(f"{self.monitor} {reason}", {self.monitor}, restore)
        return self.decision


@dataclass
class Combined:
    """Several policies, of which any or all must agree at the same time."""

    name: str
    members: Sequence[Any]
    every: bool
    agreed: Dict[int, Decision] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether enough members agree."""
        return len(self.agreed) == len(self.members) if self.every else bool(self.agreed)

    @property
    def monitors(self) -> List[str]:
        """The series that are read."""
        return [monitor for member in self.members for monitor in member.monitors]

    def read(self, epoch: int, values: Values) -> Optional[Decision]:
        """Read an epoch; return the decision to stop at it."""
        stopping: Optional[Decision] = None
        joining: Optional[Decision] = None
        for index, member in enumerate(self.members):
            decision = member.read(epoch, values)
            if decision is not None and index not in self.agreed:
                self.agreed[index] = decision
                joining = joining or decision
            elif not member.agrees:
                self.agreed.pop(index, None)
            stopping = stopping or decision
        last = (joining or stopping) if self.every else stopping
        if not self.agrees or last is None:
            return None
        if not self.every:
            return last
        moved = {series for decision in self.agreed.values() for series in decision.moved}
        *others, final = [member.name for member in self.members]
        names = f"{', '.join(others)} and {final}" if others else final
        return Decision(f"{names} agree to stop; the last was: {last.reason}", moved, last.restore_epoch)


def policy(definition: Mapping[str, Any]) -> Any:
    """Make a policy of the platform's JSON; raise ValueError for what is only known to the platform."""
    name = str(definition.get("policyId", "policy"))
    kinds = [kind for kind in definition if kind not in ("policyId", "monitor")]
    if len(kinds) != 1 or kinds[0] not in (*_RULES, "any", "all"):
        known = ", ".join((*_RULES, "any", "all"))
        raise ValueError(f"policy {name[:64]!r} has {kinds}; without a platform one of {known} is known")
    kind = kinds[0]
    settings = dict(definition[kind])
    if kind in ("any", "all"):
        return Combined(name, [policy(member) for member in settings.get("policies", [])], kind == "all")
    try:
        rule = _RULES[kind](**settings)
    except TypeError as error:
        raise ValueError(f"policy {name[:64]!r}: {error}") from None
    return Single(name, str(definition.get("monitor", "trainLoss")), rule)


class Envelope:
    """Lets no policy stop before what it decides by has moved, and no run go on whose numbers have broken down."""

    def __init__(self, inner: Any, first_epoch: int) -> None:
        self._inner = inner
        self._first_epoch = first_epoch
        self._first: Dict[str, float] = {}
        self._moved: Set[str] = set()
        self._broken: Dict[str, int] = {}

    def read(self, epoch: int, values: Values) -> Optional[Decision]:
        """Read an epoch; return the decision to stop at it."""
        for series in {*self._inner.monitors, "trainLoss"}:
            value = values.get(series)
            if value is None:
                continue
            self._broken[series] = 0 if math.isfinite(value) else self._broken.get(series, 0) + 1
            if self._broken[series] >= 2:
                return Decision(f"{series} is {value} and was not finite before: the training has broken down", set())
            if math.isfinite(value):
                self._look(series, value)
        decision: Optional[Decision] = self._inner.read(epoch, values)
        if decision is None or epoch < self._first_epoch or not decision.moved <= self._moved:
            return None
        return decision

    def _look(self, series: str, value: float) -> None:
        first = self._first.setdefault(series, value)
        change = abs(value - first)
        if (change > 0 and change >= _MIN_CHANGE * abs(first)) or (series == _CONCENTRATION and value <= _SPREAD):
            self._moved.add(series)
