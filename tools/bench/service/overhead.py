"""What a job costs beyond the engine's own work.

Counted is the time from sending the request, over a connection that stays open, to the answer's last byte, less the
stages that the engine reports ("seconds" without "queue": load, encode, denoise, decode, png: what
the engine alone takes). What is left is the queue and gRPC; by REST also the gateway: its row in the database, the files and their syncs, the thumbnail, the
JSON. The clients are plain sockets, so that next to nothing of it is Python's.
"""

import json
import os
import time

from ..machine import load, sync_seconds
from .grpc_call import GrpcConnection
from .http_call import HttpConnection
from .programs import Programs
from .row import Row

PROMPT = "a red circle on a white background"
STEPS = (1, 4)
WARM_UP = 3
MEMORY_FOLDER = "/dev/shm"


def engine_seconds(stages):
    return sum(seconds for stage, seconds in stages.items() if stage != "queue")


def by_rest(connection):
    def draw(steps, seed):
        return connection.post("/api/generate", {"prompt": PROMPT, "engine": "demo", "steps": steps, "seed": seed})

    def stages(answer):
        return {item["stage"]: item["seconds"] for item in json.loads(answer)["seconds"]}

    return draw, stages


def by_grpc(connection):
    return lambda steps, seed: connection.generate(PROMPT, steps, seed), lambda stages: stages


def extra_seconds(way, steps, seed):
    draw, stages = way
    start = time.perf_counter()
    answer = draw(steps, seed)
    return time.perf_counter() - start - engine_seconds(stages(answer))


def measure(ways, jobs):
    """{(way, steps): [seconds]}; ways and steps alternate, so that a drifting machine drifts for all."""
    extra = {(name, steps): [] for name in ways for steps in STEPS}
    for seed in range(WARM_UP + jobs):
        for (name, steps), seconds in extra.items():
            value = extra_seconds(ways[name], steps, seed)
            if seed >= WARM_UP:
                seconds.append(value)
    return extra


def ways_to(on_disk, in_memory=None):
    ways = {"gRPC": by_grpc(GrpcConnection(f"{on_disk.folder}/worker.sock")),
            "REST, data on disk": by_rest(HttpConnection(on_disk.port))}
    if in_memory:
        ways["REST, data in memory"] = by_rest(HttpConnection(in_memory.port))
    return ways


def overhead_rows(options):
    with Programs(options.programs, options.threads) as on_disk:
        print(f"an fsync where the data folder is: {sync_seconds(on_disk.data) * 1e3:.2f} ms (median)", flush=True)
        if os.path.isdir(MEMORY_FOLDER):
            with Programs(options.programs, options.threads, parent=MEMORY_FOLDER) as in_memory:
                extra = measure(ways_to(on_disk, in_memory), options.jobs)
        else:
            extra = measure(ways_to(on_disk), options.jobs)
    return [Row(f"added to a job by {name}; {steps} step{'s' * (steps > 1)}", seconds,
                "≤ 5 (median)" if name.startswith("REST") else "", load())
            for (name, steps), seconds in extra.items()]
