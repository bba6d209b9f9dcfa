"""The machine that figures are of."""

import os
import platform
import statistics
import tempfile
import time
from pathlib import Path


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def load():
    """Processes that want a core, over the last minute."""
    return os.getloadavg()[0]


def sync_seconds(folder, times=50):
    """Median of an fsync after 4 KiB, in a file of that folder."""
    seconds = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(times):
            os.write(file.fileno(), bytes(4096))
            start = time.perf_counter()
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
