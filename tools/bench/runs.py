"""One measured process of either side."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .cases import ROOT


@dataclass
class Run:
    seconds_to_png: float   # from the start of the process until it has ended
    seconds_per_step: float
    peak_bytes: int         # VmHWM


def run_easel(easel, case):
    with tempfile.TemporaryDirectory() as folder:
        command = [easel, "generate", *case.options(), "--output", str(Path(folder) / "o.png"), "--json", "--quiet"]
        start = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        wall = time.perf_counter() - start
    result = json.loads(done.stdout)
    return Run(wall, result["seconds"]["denoise"] / result["steps"], result["peak_memory_bytes"])


def run_diffusers(case):
    rival = ROOT / "tools" / "reference" / "bench_diffusers.py"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, str(rival), *case.options()], check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    result = json.loads(done.stdout.splitlines()[-1])
    return Run(wall, result["seconds_per_step"], result["peak_resident_bytes"])
