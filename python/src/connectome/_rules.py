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
        self._smoothing = smoothing
        self._fraction = peakFraction
        self._window = int(window)
        self._least = minRelativeDrop
        self._confirm = int(confirm)
        self._averages: Deque[float] = deque()
        self._average = math.nan
        self._peak = 0.0
        self._largest = 0.0
        self._held = 0

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        self._average = _average(self._average, value, self._smoothing)
        self._peak = max(self._peak, self._average)
        self._averages.append(self._average)
        holds, drop = False, 0.0
        if len(self._averages) > self._window:
            start = self._averages.popleft()
            fall = start - self._average
            self._largest = max(self._largest, fall)
            drop = fall / start if start > 0 else (fall / self._largest if self._largest > 0 else 0.0)
            holds = self._peak > 0 and self._average <= self._fraction * self._peak and drop < self._least
        self._held = self._held + 1 if holds else 0
        if self._held < self._confirm:
            return None
        return f"has settled: its average fell by {drop:.0%} over {self._window} points (threshold {self._least:.0%})"


class Slowing:
    """Stops once a series has fallen well below its first value and falls more slowly than at its fastest."""

    def __init__(
        self, smoothing: float = 0.5, minFall: float = 0.25, window: int = 3, maxPace: float = 0.7, confirm: int = 2
    ) -> None:
        self._smoothing = smoothing
        self._least = minFall
        self._window = int(window)
        self._pace = maxPace
        self._confirm = int(confirm)
        self._averages: Deque[float] = deque()
        self._first = math.nan
        self._average = math.nan
        self._fastest = 0.0
        self._held = 0

    def read(self, epoch: int, value: float) -> Optional[str]:
        """Read the next finite point; return why to stop there."""
        self._first = value if math.isnan(self._first) else self._first
        self._average = _average(self._average, value, self._smoothing)
        self._averages.append(self._average)
        holds = False
        if len(self._averages) > self._window:
            fall = self._averages.popleft() - self._average
            self._fastest = max(self._fastest, fall)
            fallen = self._first - self._average >= self._least * abs(self._first)
            holds = fallen and self._fastest > 0 and fall <= self._pace * self._fastest
        self._held = self._held + 1 if holds else 0
        if self._held < self._confirm:
            return None
        return f"has slowed down: its average is {self._average:.4g}, down from {self._first:.4g}"


class Flat:
    """Stops once the line through the last points of a series no longer falls steadily."""

    def __init__(self, window: int = 12, minFall: float = 0.04, significance: float = 6) -> None:
        if not 5 <= window <= 1000:
            raise ValueError(f"window must be 5 to 1000, not {window}")
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


def _average(average: float, value: float, weight: float) -> float:
    return value if math.isnan(average) else weight * value + (1 - weight) * average


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
        return Decision(
            f"all {len(self.members)} policies agree; the last was: {last.reason}", moved, last.restore_epoch
        )


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
