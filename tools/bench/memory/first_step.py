"""From the start of a process to the beginning of its first denoising step, weights in the page cache."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAIRS = 3
TOKENS = 64  # few, so that loading counts and not the text encoder's work


def seconds_until(command, is_there):
    """Starts `command`; seconds until a line of its output passes `is_there`. The process is ended then."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if is_there(line):
                return time.monotonic() - started
        raise SystemExit("".join(said[-20:]))
    finally:
        process.kill()
        process.wait()


def easel_seconds(options, model, budget):
    with tempfile.TemporaryDirectory() as folder:
        return seconds_until([options.easel, "generate", "--model", model, "--device", "cpu", "--prompt", "a red circle",
                              "--seed", "1", "--steps", "2", "--width", str(options.side), "--height", str(options.side),
                              "--max-sequence-length", str(TOKENS), "--output", f"{folder}/picture.png",
                              *(["--memory-budget", budget] if budget else [])],
                             lambda line: "denoise" in line)


def diffusers_seconds(options, model, *offload_folder):
    return seconds_until([options.reference_python, str(Path(__file__).with_name("diffusers_first_step.py")), model,
                          str(options.side), str(TOKENS), *offload_folder], lambda line: "denoise" in line)


def read_all(folder):
    """Brings the files into the page cache, as far as there is memory."""
    for file in Path(folder).rglob("*.safetensors"):
        with open(file, "rb", buffering=0) as stream:
            while stream.read(64 << 20):
                pass


def measure_in_turn(model, rows):
    """Medians of PAIRS rounds, in each of which every row has its turn."""
    times = {name: [] for name in rows}
    for _ in range(PAIRS):
        for name, run in rows.items():
            read_all(model)
            times[name].append(run())
            print(json.dumps({name: round(times[name][-1], 2)}), file=sys.stderr, flush=True)
    return {name: statistics.median(values) for name, values in times.items()}


def first_step_table(options, model):
    if not options.reference_python:
        raise SystemExit("--first-step needs diffusers: ./dev bench memory --first-step fetches it")
    rows = {f"easel, budget {options.budgets[0]}": lambda: easel_seconds(options, model, options.budgets[0]),
            "easel, no budget": lambda: easel_seconds(options, model, None),
            (plain := "diffusers, from_pretrained in bf16"): lambda: diffusers_seconds(options, model)}
    with tempfile.TemporaryDirectory(dir=options.folder) as offload_folder:
        if options.offload:
            rows["diffusers, with group offload to files that are there"] = (
                lambda: diffusers_seconds(options, model, offload_folder))
            diffusers_seconds(options, model, offload_folder)  # writes the files
        medians = measure_in_turn(model, rows)
    lines = ["| | start to first step, s | times earlier |", "|---|---|---|"]
    lines += [f"| {name} | {value:.2f} | {medians[plain] / value:.1f} |" for name, value in medians.items()]
    return "\n".join(lines)
