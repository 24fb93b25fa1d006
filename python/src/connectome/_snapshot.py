"""What the neurons of a network did on the probe's inputs, at one moment."""

from dataclasses import dataclass
from typing import Any, Dict, Iterator, Optional, Sequence, Tuple

FORMATS = {
    "float32": ("VALUE_FORMAT_FLOAT32", 4),
    "float16": ("VALUE_FORMAT_FLOAT16", 2),
    "bfloat16": ("VALUE_FORMAT_BFLOAT16", 2),
}

_PART_BYTES = 900 * 1024
_PART_ROWS = 8192
_CLASS_BYTES = 5


@dataclass(frozen=True)
class Snapshot:
    """Activations of ``samples`` inputs (rows) by ``neurons`` neurons (columns).

    ``values`` are little-endian, row by row, in ``dtype`` float32, float16 or bfloat16. ``layers`` are the names and
    widths of the layers in column order, the last one nearest to the output. ``classes`` are the classes that the
    network itself predicts for the rows, which the default policy needs; no labels take part.
    """

    values: bytes
    samples: int
    neurons: int
    layers: Tuple[Tuple[str, int], ...] = ()
    classes: Optional[Tuple[int, ...]] = None
    dtype: str = "float32"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the platform would refuse."""
        if self.dtype not in FORMATS:
            raise ValueError(f"dtype must be one of {', '.join(FORMATS)}, not {self.dtype[:64]!r}")
        if self.samples < 2 or self.neurons < 2:
            raise ValueError(f"a snapshot has 2 rows and 2 columns or more, not {self.samples} and {self.neurons}")
        expected = self.samples * self.neurons * FORMATS[self.dtype][1]
        if len(self.values) != expected:
            raise ValueError(
                f"{self.samples} x {self.neurons} {self.dtype} are {expected} bytes, not {len(self.values)}"
            )
        if self.layers and sum(width for _, width in self.layers) != self.neurons:
            raise ValueError(f"the layers must have {self.neurons} neurons together")
        if self.classes is not None and len(self.classes) != self.samples:
            raise ValueError(f"classes must be {self.samples} numbers, one a row, not {len(self.classes)}")

    @classmethod
    def of(
        cls, array: Any, layers: Sequence[Tuple[str, int]] = (), classes: Optional[Sequence[int]] = None
    ) -> "Snapshot":
        """Make one of a NumPy array, inputs by neurons. Other types than float16 and float32 become float32."""
        if getattr(array, "ndim", None) != 2:
            raise ValueError("a snapshot is made of a two-dimensional NumPy array, inputs by neurons")
        dtype = "float16" if str(array.dtype) == "float16" else "float32"
        little = array.astype("<f2" if dtype == "float16" else "<f4", order="C", copy=False)
        numbers = None if classes is None else tuple(int(number) for number in classes)
        return cls(little.tobytes(), int(array.shape[0]), int(array.shape[1]), tuple(layers), numbers, dtype)

    def parts(self) -> Iterator[Tuple[Dict[str, Any], bytes]]:
        """Whole rows that fit a record of the broker: the fields of a report, and the values."""
        name, size = FORMATS[self.dtype]
        row = self.neurons * 4 + (_CLASS_BYTES if self.classes is not None else 0)
        rows = min(self.samples, _PART_ROWS, max(1, _PART_BYTES // row))
        for first in range(0, self.samples, rows):
            last = min(self.samples, first + rows)
            fields: Dict[str, Any] = {
                "format": name,
                "snapshotSamples": self.samples,
                "neuronCount": self.neurons,
                "firstSample": first,
                "partSamples": rows,
                "layers": [{"name": layer, "neurons": width} for layer, width in self.layers],
            }
            if self.classes is not None:
                fields["predictedClasses"] = self.classes[first:last]
            yield fields, self.values[first * self.neurons * size : last * self.neurons * size]
