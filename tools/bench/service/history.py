"""A page of the history, newest and from anywhere, in a short and in a long one.

The gateways of both lengths run side by side and are asked in turn, in changing order, so that a drifting machine drifts for both.
"""

import contextlib
import json
import random
import shutil
import statistics
import time

from ..machine import load
from .fill import fill
from .programs import Programs, ask
from .row import Row

PAGE = 24
BYTES_PER_ROW = 1200  # with room for the journal
WARM_UP = 20


def with_history(stack, options, rows):
    """The gateway, running without a worker, and how long its start took."""
    programs = Programs(options.programs)
    stack.push(programs.__exit__)
    if shutil.disk_usage(programs.data).free < rows * BYTES_PER_ROW:
        raise RuntimeError(f"{rows} rows need {rows * BYTES_PER_ROW >> 20} MiB in {programs.data}")
    programs.start_gateway()  # makes the database
    programs.gateway.terminate()
    programs.gateway.wait()
    fill(programs.data / "easel.db", rows)
    begin = time.perf_counter()
    programs.start_gateway()
    return programs, time.perf_counter() - begin


def page_seconds(connection, rows, deep):
    cursor = f"&cursor={random.randint(PAGE + 1, rows)}" if deep else ""
    begin = time.perf_counter()
    content = ask(connection, "GET", f"/api/generations?limit={PAGE}{cursor}")
    seconds = time.perf_counter() - begin
    if len(json.loads(content)["items"]) != PAGE:
        raise RuntimeError("a page is not full")
    return seconds


def history_rows(options):
    table = []
    with contextlib.ExitStack() as stack:
        gateways = {}
        for rows in options.rows:
            gateways[rows], start = with_history(stack, options, rows)
            table.append(Row(f"start of the gateway with {rows:,} rows", [start], "", load()))
        connections = {rows: gateway.connection() for rows, gateway in gateways.items()}
        times = {(deep, rows): [] for deep in (False, True) for rows in options.rows}
        for i in range(WARM_UP + options.pages):
            in_turn = list(times.items())
            for (deep, rows), seconds in in_turn if i % 2 else reversed(in_turn):
                value = page_seconds(connections[rows], rows, deep)
                if i >= WARM_UP:
                    seconds.append(value)
    for (deep, rows), seconds in times.items():
        ratio = statistics.median(seconds) / statistics.median(times[deep, options.rows[0]])
        aim = "" if rows == options.rows[0] else f"ratio 0.8 … 1.2: {ratio:.2f}"
        page = "a page from anywhere" if deep else "first page"
        table.append(Row(f"history, {page}, {rows:,} rows", seconds, aim, load()))
    return table
