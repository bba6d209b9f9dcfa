"""./dev bench service: what gateway and worker add to the engine, and what they hold out. Times are in milliseconds."""

import argparse
import json
import os

from ..machine import load, processor
from .answers import answer_rows
from .history import history_rows
from .logins import login_rows
from .overhead import overhead_rows
from .row import table
from .start import start_rows
from .streams import stream_rows

MEASURES = {"overhead": overhead_rows, "answers": answer_rows, "streams": stream_rows, "start": start_rows, "history": history_rows,
            "logins": login_rows}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench service", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=MEASURES, help="one of the measures")
    parser.add_argument("--threads", type=int, default=1,
                        help="cores of the worker (0: all), but for answers and streams, which try both")
    parser.add_argument("--jobs", type=int, default=40, help="of each kind, for overhead")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--pages", type=int, default=200, help="of each kind, for history")
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 1000000],
                        help="lengths of the history; the first is what the others are compared with")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} cores; load {load():.1f} at the start", flush=True)
    rows = []
    for name, measure in MEASURES.items():
        if options.only in (None, name):
            rows += measure(options)
            print(f"measured {name}", flush=True)
    if options.json:
        print(json.dumps([row.values() for row in rows], indent=1))
    else:
        print("\n" + table(rows))


if __name__ == "__main__":
    main()
