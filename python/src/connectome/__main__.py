"""``python -m connectome upload FOLDER``: sends runs that were recorded offline to a platform."""

import argparse
import os
import sys

from ._offline import upload
from ._run import DEFAULT_URL


def main() -> int:
    """Upload each folder; return how to exit."""
    parser = argparse.ArgumentParser(prog="python -m connectome", description="Runs that were recorded offline.")
    commands = parser.add_subparsers(dest="command", required=True)
    sends = commands.add_parser("upload", help="send recordings to a platform")
    sends.add_argument("folder", nargs="+", help="a folder with the recording of a run")
    sends.add_argument("--url", default=os.environ.get("CONNECTOME_URL") or DEFAULT_URL, help="default: %(default)s")
    arguments = parser.parse_args()
    for folder in arguments.folder:
        try:
            print(f"{folder}: run {upload(folder, url=arguments.url)}")
        except (ValueError, RuntimeError, OSError) as error:
            print(f"connectome: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
