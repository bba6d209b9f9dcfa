"""./dev bench memory: FLUX.1-dev at its published sizes under memory budgets: what it takes against what was planned."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..machine import processor
from .checkpoint import write_checkpoint

GIB = 2**30


def run_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def measure(easel, model, budget, options):
    size = ["--width", str(options.side), "--height", str(options.side)]
    plan = run_json([easel, "plan", "--model", model, "--memory-budget", budget, "--device", "cpu", "--json", *size])
    if not plan["fits"]:
        return {"budget": budget, "fits": False, "smallest": plan["smallest_budget_bytes"]}
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        result = run_json([easel, "generate", "--model", model, "--memory-budget", budget, "--device", "cpu",
                           "--prompt", "a red circle", "--seed", "1", "--steps", str(options.steps), *size,
                           "--output", f"{folder}/picture.png", "--json", "--quiet"])
        seconds = time.monotonic() - started
    if "error" in result:
        raise SystemExit(f"{budget}: {result['error']}")
    return {"budget": budget, "fits": True, "planned": plan["peak_bytes"], "peak": result["peak_memory_bytes"],
            "step": result["seconds"]["denoise"] / options.steps, "encode": result["seconds"]["encode"],
            "whole": seconds, "reason": plan["reason"]}


def gib(value):
    return f"{value / GIB:.2f}"


def table(rows):
    lines = ["| budget | planned peak, GiB | measured peak, GiB | encoders, s | step, s | whole process, s |", "|---|---|---|---|---|---|"]
    for row in rows:
        if not row["fits"]:
            lines.append(f"| {row['budget']} | does not fit: at least {gib(row['smallest'])} GiB | | | | |")
            continue
        lines.append(f"| {row['budget']} | {gib(row['planned'])} | {gib(row['peak'])} | {row['encode']:.1f} "
                     f"| {row['step']:.1f} | {row['whole']:.1f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench memory", description=__doc__)
    parser.add_argument("--easel", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--budgets", nargs="+", default=["4GiB"], metavar="6GiB")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--layers", type=int, help="double blocks; default: all 19")
    parser.add_argument("--single-layers", type=int, help="single blocks; default: all 38")
    parser.add_argument("--folder", help="where the checkpoint is written; default: the temporary folder")
    options = parser.parse_args()
    need = 45 if not options.layers else 25
    place = options.folder or tempfile.gettempdir()
    if shutil.disk_usage(place).free < need * 1e9:
        raise SystemExit(f"{place} has less than the {need} GB of free disk that the checkpoint needs")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        weights = write_checkpoint(Path(folder), options.layers, options.single_layers)
        print(f"wrote {weights / 1e9:.1f} GB of weights; {processor()}", flush=True)
        rows = []
        for budget in options.budgets:
            rows.append(measure(options.easel, folder, budget, options))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    print(table(rows))


if __name__ == "__main__":
    sys.exit(main())
