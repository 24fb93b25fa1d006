"""Two tables, of runs and of points, as CSV or Parquet."""

import csv
import json
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List

from ._records import Record

_POINTS = ("run", "series", "epoch", "time", "value")


def to_csv(runs: Iterable[Record], target: str) -> None:
    """Write runs.csv and series.csv to a folder; numbers are written so that reading them gives the same ones."""
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "runs.csv").open("w", newline="") as one, (folder / "series.csv").open("w", newline="") as other:
        tables = csv.writer(one), csv.writer(other)
        tables[1].writerow(_POINTS)
        for number, run in enumerate(runs):
            row = _run(run)
            if number == 0:
                tables[0].writerow(row)
            tables[0].writerow(row.values())
            tables[1].writerows(point.values() for point in _points(run))


def to_parquet(runs: Iterable[Record], target: str) -> None:
    """Write runs.parquet and series.parquet to a folder, with a row group a run."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema(
        [
            ("run", pa.string()),
            ("series", pa.string()),
            ("epoch", pa.int32()),
            ("time", pa.float64()),
            ("value", pa.float64()),
        ]
    )
    rows: List[Dict[str, Any]] = []
    with parquet.ParquetWriter(folder / "series.parquet", schema) as table:
        for run in runs:
            rows.append(_run(run))
            table.write_table(pa.Table.from_pylist(list(_points(run)), schema))
    parquet.write_table(pa.Table.from_pylist(rows), folder / "runs.parquet")


def _run(run: Record) -> Dict[str, Any]:
    return {"run": run.name, "uid": run.uid, "labels": json.dumps(run.labels), **run.facts}


def _points(run: Record) -> Iterator[Dict[str, Any]]:
    for name, points in run.series.items():
        for point in points:
            yield dict(zip(_POINTS, (run.name, name, point.epoch, point.time, point.value)))
