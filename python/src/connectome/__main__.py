"""``python -m connectome``: uploads recordings, exports runs, and serves Katib."""

import argparse
import os
import sys

from ._export import FORMATS, exporter, records
from ._http import Away, Http, Refused
from ._offline import upload
from ._run import DEFAULT_URL


def main() -> int:
    """Do what the arguments say; return how to exit."""
    parser = argparse.ArgumentParser(prog="python -m connectome", description="What a platform's runs are good for.")
    commands = parser.add_subparsers(required=True)
    platform = argparse.ArgumentParser(add_help=False)
    platform.add_argument("--url", default=os.environ.get("CONNECTOME_URL") or DEFAULT_URL, help="default: %(default)s")

    sends = commands.add_parser("upload", parents=[platform], help="send runs that were recorded offline to a platform")
    sends.add_argument("folder", nargs="+", help="a folder with the recording of a run")
    sends.set_defaults(do=_upload)

    writes = commands.add_parser("export", parents=[platform], help="write runs and their series for other tools")
    writes.add_argument("run", nargs="*", help="names of runs; all if there is none")
    writes.add_argument("--filter", default="", help="only such runs, for instance 'state = STOPPED'")
    writes.add_argument("--to", required=True, choices=sorted(FORMATS), help="the form")
    writes.add_argument("--out", required=True, help="the folder to write to; for mlflow the server's address")
    writes.set_defaults(do=_export)

    serves = commands.add_parser("katib", help="serve Katib's early stopping from a pod")
    serves.add_argument("--port", type=int, default=6788, help="default: %(default)s")
    serves.set_defaults(do=_katib)

    arguments = parser.parse_args()
    try:
        arguments.do(arguments)
    except ImportError as error:
        print(f"connectome: {error}: install it to do this", file=sys.stderr)
        return 1
    except (ValueError, RuntimeError, OSError, Away, Refused) as error:
        print(f"connectome: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _upload(arguments: argparse.Namespace) -> None:
    for folder in arguments.folder:
        print(f"{folder}: run {upload(folder, url=arguments.url)}")


def _export(arguments: argparse.Namespace) -> None:
    if arguments.run and arguments.filter:
        raise ValueError("name runs or give a filter, not both")
    write = exporter(arguments.to)
    write(records(Http(arguments.url, None, 60.0), arguments.run, arguments.filter), arguments.out)


def _katib(arguments: argparse.Namespace) -> None:
    from .katib import serve

    server, port = serve(arguments.port)
    print(f"serving Katib on port {port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    sys.exit(main())
