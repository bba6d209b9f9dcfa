"""./dev bench: a table of easel beside diffusers, medians over alternating pairs.

Each pair runs easel and then diffusers as processes of their own; a ratio is taken within each pair, so that a
machine whose speed drifts does not blur it. easel's step is the mean over all steps of a picture, the first one
included; diffusers' is the median of the steps after the first.
"""

import argparse
import json
import statistics
import tempfile

from .cases import real_width_cases, small_cases
from .machine import processor
from .runs import run_diffusers, run_easel


def measure(easel, case, pairs):
    ours, theirs = [], []
    for _ in range(pairs):
        ours.append(run_easel(easel, case))
        theirs.append(run_diffusers(case))
    row = {"model": case.name, "dtype": case.dtype, "size": f"{case.side}x{case.side}", "steps": case.steps}
    for field in ("seconds_to_png", "seconds_per_step", "peak_bytes"):
        a, b = [getattr(run, field) for run in ours], [getattr(run, field) for run in theirs]
        row[field] = {"easel": statistics.median(a), "diffusers": statistics.median(b),
                      "ratio": statistics.median(x / y for x, y in zip(a, b))}
    return row


def table(rows):
    lines = ["| model | dtype | size, steps | start to PNG, s | ratio | step, ms | ratio | peak memory, MiB | ratio |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        png, step, peak = row["seconds_to_png"], row["seconds_per_step"], row["peak_bytes"]
        lines.append(
            f"| {row['model']} | {row['dtype']} | {row['size']}, {row['steps']} "
            f"| {png['easel']:.2f} / {png['diffusers']:.2f} | {png['ratio']:.2f} "
            f"| {step['easel'] * 1e3:.1f} / {step['diffusers'] * 1e3:.1f} | {step['ratio']:.2f} "
            f"| {peak['easel'] / 2**20:.0f} / {peak['diffusers'] / 2**20:.0f} | {peak['ratio']:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--easel", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--only", help="tiny, demo or 'real width'")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cases = list(small_cases())
        if options.only in (None, "real width"):
            cases += real_width_cases(folder)
        for case in cases:
            if options.only in (None, case.name):
                rows.append(measure(options.easel, case, options.pairs))
                print(f"measured {case.name}, {case.dtype}", flush=True)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"\neasel / diffusers on {processor()}, median of {options.pairs} alternating pairs; a ratio below 1 is ours\n")
    print(table(rows))


if __name__ == "__main__":
    main()
