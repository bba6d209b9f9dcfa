"""./dev bench memory: FLUX.1-dev at its published widths under memory budgets: what it takes against what was planned."""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..machine import processor
from .checkpoint import write_checkpoint
from .first_step import first_step_table

GIB = 2**30
WHOLE_CHECKPOINT_BYTES = 34e9


def run_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def size_arguments(options):
    return ["--width", str(options.side), "--height", str(options.side)]


def plan(options, model, budget):
    return run_json([options.easel, "plan", "--model", model, "--memory-budget", budget, "--device", "cpu", "--json",
                     *size_arguments(options)])


def spread_budgets(options, model):
    """From the smallest budget that does to one that keeps everything, evenly."""
    least = plan(options, model, "1MiB")["smallest_budget_bytes"]
    most = plan(options, model, "1000GiB")["peak_bytes"]
    # The smallest budget counts what `plan` itself has in memory; `generate` may have a little more.
    least += 64 << 20
    return [str(least + (most - least) * i // (options.spread - 1)) for i in range(options.spread)]


def measure(options, model, budget):
    planned = plan(options, model, budget)
    if not planned["fits"]:
        return {"budget": budget, "fits": False, "smallest": planned["smallest_budget_bytes"]}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        started = time.monotonic()
        result = run_json([options.easel, "generate", "--model", model, "--memory-budget", budget, "--device", "cpu",
                           "--prompt", "a red circle", "--seed", "1", "--steps", str(options.steps),
                           *size_arguments(options), "--output", str(picture), "--json", "--quiet"])
        seconds = time.monotonic() - started
        if "error" in result:
            raise SystemExit(f"{budget}: {result['error']}")
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    placements = ", ".join(f"{part['name']} {part['placement']}" for part in planned["components"])
    return {"budget": budget, "fits": True, "memory": result["memory"], "seconds": result["seconds"], "whole": seconds,
            "steps": options.steps, "digest": digest, "placements": placements}


def gib(value):
    return f"{value / GIB:.2f}"


def table(rows):
    lines = ["| budget, GiB | planned peak | measured peak | base | weights | activations | workspace | encoders, s "
             "| step, s | process, s | picture |", "|---" * 11 + "|"]
    for row in rows:
        budget = gib(int(row["budget"])) if row["budget"].isdigit() else row["budget"]
        if not row["fits"]:
            lines.append(f"| {budget} | at least {gib(row['smallest'])} |" + " |" * 9)
            continue
        peak, seconds = row["memory"]["peak"], row["seconds"]
        parts = " | ".join(gib(peak[part]) for part in ("total", "base", "weights", "activations", "workspace"))
        lines.append(f"| {budget} | {gib(row['memory']['planned_peak'])} | {parts} | {seconds['encode']:.1f} "
                     f"| {seconds['denoise'] / row['steps']:.1f} | {row['whole']:.1f} | {row['digest'][:8]} |")
    return "\n".join(lines)


def measure_all(options, model):
    rows = []
    for budget in spread_budgets(options, model) if options.spread else options.budgets:
        rows.append(measure(options, model, budget))
        print(table(rows[-1:]).splitlines()[-1], rows[-1].get("placements", ""), sep="\n", flush=True)
    print(table(rows))


def measure_model(options, model):
    print(processor(), flush=True)
    if options.first_step:
        print(first_step_table(options, model))
    else:
        measure_all(options, model)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench memory", description=__doc__)
    parser.add_argument("--easel", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--reference-python", help=argparse.SUPPRESS)
    parser.add_argument("--budgets", nargs="+", default=["4GiB"], metavar="6GiB")
    parser.add_argument("--spread", type=int, metavar="N",
                        help="instead N budgets, evenly from the smallest that does to one that keeps everything")
    parser.add_argument("--first-step", action="store_true",
                        help="instead the time until the first step begins, beside diffusers")
    parser.add_argument("--offload", action="store_true",
                        help="with --first-step: beside diffusers' group offload too; as much disk again")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--depth", type=float, default=1.0, help="of the blocks of transformer and T5; default: all")
    parser.add_argument("--folder", help="where the checkpoint is written; default: the temporary folder")
    parser.add_argument("--model", metavar="DIR", help="a checkpoint that is there, instead of one that is written")
    options = parser.parse_args()
    if options.spread is not None and options.spread < 2:
        parser.error("--spread needs at least 2 budgets")
    if options.model:
        return measure_model(options, options.model)
    place = options.folder or tempfile.gettempdir()
    need = WHOLE_CHECKPOINT_BYTES * options.depth * 1.3
    if shutil.disk_usage(place).free < need:
        raise SystemExit(f"{place} has less than the {need / 1e9:.0f} GB of free disk that the checkpoint needs")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        weights = write_checkpoint(Path(folder), options.depth)
        print(f"wrote {weights / 1e9:.1f} GB of weights", flush=True)
        measure_model(options, folder)


if __name__ == "__main__":
    sys.exit(main())
