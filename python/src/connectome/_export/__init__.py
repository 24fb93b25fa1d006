"""Runs and their series, for other tools."""

import importlib
from typing import Any, Callable, Dict, Iterable

from ._records import Record, records

FORMATS: Dict[str, str] = {
    "csv": "_tables:to_csv",
    "parquet": "_tables:to_parquet",
    "tensorboard": "_tensorboard:to_tensorboard",
    "mlflow": "_mlflow:to_mlflow",
}

__all__ = ["FORMATS", "Record", "exporter", "records"]

Exporter = Callable[[Iterable[Record], str], Any]


def exporter(name: str) -> Exporter:
    """Import what writes a format only when it is asked for."""
    module, function = FORMATS[name].split(":")
    found: Exporter = getattr(importlib.import_module(f".{module}", __name__), function)
    return found
