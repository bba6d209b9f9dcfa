"""FLUX.1-dev at its published sizes on a GPU under memory budgets, beside diffusers: ./run.sh python3 -m tools.bench.gpu

In the folder that ./dev gpu-bundle packs. Writes 34 GB of random weights first, which the host's memory should hold beside
what is pinned (64 GB and more); takes about ten minutes. A step's time is the difference between a picture of MANY and one
of FEW steps, after one that warmed up: the host is ahead of the GPU within a picture.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..machine import processor
from ..memory.checkpoint import write_checkpoint
from .driver_memory import DriverMemory

GIB = 2**30
WAYS = ("resident", "group_block", "group_leaf", "sequential")
NEEDED_BYTES = 36e9


def run_json(command):
    """The last line that the command printed, and the peak of the GPU's memory meanwhile."""
    with DriverMemory() as memory:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return {"error": " ".join(said[-6:])[-400:].replace("|", "/")}, memory.peak_bytes
    return json.loads(lines[-1]), memory.peak_bytes


def copy_speeds():
    done = subprocess.run(["gpu_test", "--gtest_filter=GpuCopySpeedTest.*"], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if "GB/s" in line]
    return lines[0] if lines else f"not measured: {done.stdout[-500:]}"


def plan_of(model, budget, side):
    done = subprocess.run(["easel", "plan", "--model", model, "--device", "cuda:0", "--memory-budget", budget, "--json",
                           "--width", str(side), "--height", str(side)], capture_output=True, text=True)
    return json.loads(done.stdout) if done.stdout.strip() else {"error": done.stderr.strip()}


def easel_row(model, budget, options):
    def picture(steps):
        return run_json(["easel", "bench", "--model", model, "--device", "cuda:0", "--memory-budget", budget,
                         "--width", options.side, "--height", options.side, "--steps", steps, "--runs", "3",
                         "--json", "--quiet"])

    plan = plan_of(model, budget, options.side)
    few, _ = picture(options.few)
    many, peak = picture(options.many)
    error = few.get("error") or many.get("error")
    if error:
        return {"who": f"easel, {budget}", "error": str(error)}
    step = (many["seconds"]["picture"] - few["seconds"]["picture"]) / (options.many - options.few)
    return {"who": f"easel, {budget}", "peak": peak, "planned": plan.get("peak_bytes"), "step": step,
            "picture": many["seconds"]["picture"], "planned_step": plan.get("seconds_per_step")}


def diffusers_row(model, way, options):
    result, peak = run_json([sys.executable, "-m", "tools.bench.gpu.diffusers_run", "--model", model, "--way", way,
                             "--side", options.side, "--few", options.few, "--many", options.many])
    if "error" in result:
        return {"who": f"diffusers, {way}", "error": str(result["error"])}
    return {"who": f"diffusers, {way}", "peak": peak, "step": result["step"], "picture": result["picture"]}


def cell(value, scale=1.0, digits=2):
    return "" if value is None else f"{value / scale:.{digits}f}"


def table(rows):
    lines = ["| who | planned peak, GiB | peak by the driver, GiB | planned step, s | step, s | picture, s |", "|---|---|---|---|---|---|"]
    for row in rows:
        if "error" in row:
            lines.append(f"| {row['who']} | failed: {row['error']} | | | | |")
            continue
        lines.append(f"| {row['who']} | {cell(row.get('planned'), GIB)} | {cell(row['peak'], GIB)} "
                     f"| {cell(row.get('planned_step'), 1, 3)} | {cell(row['step'], 1, 3)} | {cell(row['picture'])} |")
    return "\n".join(lines)


def choose_place(given):
    for folder in filter(None, (given, tempfile.gettempdir(), "/dev/shm")):
        if shutil.disk_usage(folder).free > NEEDED_BYTES:
            return folder
    raise SystemExit(f"no folder has {NEEDED_BYTES / 1e9:.0f} GB free for the weights; --folder names one")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budgets", nargs="*", default=["8GiB", "16GiB", "4GiB", "12GiB", "24GiB"], metavar="8GiB")
    parser.add_argument("--diffusers", nargs="*", choices=WAYS, default=list(WAYS), help="ways to compare with; none: none")
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--few", type=int, default=2)
    parser.add_argument("--many", type=int, default=6)
    parser.add_argument("--folder", help="where the weights are written; default: the temporary folder, else /dev/shm")
    parser.add_argument("--depth", type=float, default=1.0, help="part of the blocks of transformer and T5 that there are")
    options = parser.parse_args()
    print(f"{processor()}; {copy_speeds()}", flush=True)
    with tempfile.TemporaryDirectory(dir=choose_place(options.folder)) as folder:
        weights = write_checkpoint(Path(folder), options.depth)
        print(f"wrote {weights / 1e9:.1f} GB of weights; {options.side} x {options.side}", flush=True)
        rows = []
        for budget in options.budgets:
            rows.append(easel_row(folder, budget, options))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
        for way in options.diffusers:
            rows.append(diffusers_row(folder, way, options))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    print(table(rows))


if __name__ == "__main__":
    sys.exit(main())
