"""Status and history while a generation is drawn and many read its events.

Requests go out by the clock, alternately of both kinds, over connections that stay open; when an answer comes after
the next request of its connection was due, the wait counts for that one.
"""

import http.client
import json
import multiprocessing
import threading
import time

from ..machine import load
from .fill import fill
from .programs import Programs, ask
from .readers import read_streams
from .row import Row

READERS = 200
REQUESTS_PER_SECOND = 50
CONNECTIONS = 10
MOST_SECONDS = 30
HISTORY_ROWS = 1000
PATHS = ("/api/status", "/api/generations?limit=24")
LONG = {"prompt": "a red circle on a white background", "engine": "demo", "steps": 200, "num_images": 8, "seed": 1,
        "preview_every": 1}


def start_generation(programs):
    """The id of one that takes long, and the connection that must stay open for it."""
    connection = http.client.HTTPConnection("127.0.0.1", programs.port, timeout=600)
    connection.request("POST", "/api/generate", json.dumps(LONG), {"Content-Type": "application/json"})
    return programs.wait_until_drawing(), connection


def ask_by_the_clock(programs, first, ends, over, seconds):
    """One connection's share; seconds[path] grows."""
    connection = programs.connection()
    gap = CONNECTIONS / REQUESTS_PER_SECOND
    due, path = first, 0
    while due < ends and not over.is_set():
        time.sleep(max(0, due - time.perf_counter()))
        # Being woken late is this process's fault, a late answer before is not.
        begin = max(due, time.perf_counter()) if time.perf_counter() - due < gap else due
        ask(connection, "GET", PATHS[path])
        seconds[PATHS[path]].append(time.perf_counter() - begin)
        due, path = due + gap, 1 - path
    connection.close()


def ask_all(programs, ends, over):
    seconds = {path: [] for path in PATHS}
    begin = time.perf_counter()
    threads = []
    for i in range(CONNECTIONS):
        share = (programs, begin + i / REQUESTS_PER_SECOND, ends, over, seconds)
        threads.append(threading.Thread(target=ask_by_the_clock, args=share))
    for thread in threads:
        thread.start()
    return threads, seconds, begin


def prepare(programs):
    """A history, and the model in memory."""
    programs.gateway.terminate()
    programs.gateway.wait()
    fill(programs.data / "easel.db", HISTORY_ROWS)
    programs.start_gateway()
    programs.generate(steps=1)


def measure(options, threads, readers):
    with Programs(options.programs, threads, max_streams=READERS + 10) as programs:
        prepare(programs)
        generation, kept = start_generation(programs)
        mine, theirs = multiprocessing.Pipe()
        process = multiprocessing.Process(
            target=read_streams, args=(programs.port, f"/api/generations/{generation}/events", readers, theirs))
        process.start()
        mine.recv()
        over = threading.Event()
        asking, seconds, begin = ask_all(programs, time.perf_counter() + MOST_SECONDS, over)
        while any(thread.is_alive() for thread in asking) and not mine.poll(0.1):
            pass
        over.set()
        for thread in asking:
            thread.join()
        lasted = time.perf_counter() - begin
        programs.request("DELETE", f"/api/generations/{generation}")
        told = mine.recv()
        process.join()
        kept.close()
    if told["refused"]:
        raise RuntimeError(f"{told['refused']} streams were refused")
    print(f"{readers} readers, {lasted:.0f} s: {told['fewest_steps']} to {told['most_steps']} steps each, "
          f"{told['bytes'] / 2**20:.0f} MiB in all", flush=True)
    return seconds


def stream_rows(options):
    table = []
    for threads, cores in ((0, "worker on all cores"), (1, "worker --threads 1")):
        for readers in (1, READERS):
            seconds = measure(options, threads, readers)
            for path in PATHS:
                aim = "p99 < 50" if readers == READERS else ""
                table.append(Row(f"{path.partition('?')[0]}, {readers} event stream{'s' * (readers > 1)}, {cores}",
                                 seconds[path], aim, load()))
    return table
