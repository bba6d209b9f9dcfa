"""From the start of the first process to the first 200 of /readyz."""

import threading
import time
import urllib.error

from ..machine import load
from .programs import Programs
from .row import Row

LOOK_EVERY = 0.005


def is_ready(programs):
    try:
        return programs.get("/readyz").status == 200
    except urllib.error.URLError:  # nobody listens yet
        return False


def wait_until_ready(programs):
    while not is_ready(programs):
        time.sleep(LOOK_EVERY)


def at_once(programs):
    """The gateway serves first, and is asked while there is no worker yet."""
    worker = threading.Thread(target=programs.start_worker)
    worker.start()
    programs.start_gateway()
    wait_until_ready(programs)
    worker.join()


def worker_first(programs):
    """As `easel serve` does: the gateway is started when the worker serves."""
    programs.start_worker()
    programs.start_gateway()
    wait_until_ready(programs)


def start_seconds(options, way, load_model):
    programs = Programs(options.programs, options.threads, load_model=load_model)
    try:
        begin = time.perf_counter()
        way(programs)
        return time.perf_counter() - begin
    finally:
        programs.__exit__()


def start_rows(options):
    ways = {"start to ready, the worker first": (worker_first, False),
            "the same, with the demo model loaded (--load demo)": (worker_first, True),
            "start to ready, both at once": (at_once, False)}
    times = {name: [] for name in ways}
    for _ in range(options.starts):
        for name, way in ways.items():
            times[name].append(start_seconds(options, *way))
    return [Row(name, seconds, "", load()) for name, seconds in times.items()]
