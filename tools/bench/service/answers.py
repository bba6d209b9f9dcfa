"""gRPC's Status and health while a generation is drawn, each on a connection of its own that stays open."""

import time

from ..machine import load
from .grpc_call import GENERATE, GrpcConnection, generate_request
from .overhead import PROMPT
from .programs import Programs
from .row import Row

EVERY = 0.02  # a question, in turn of both kinds
MOST_SECONDS = 20


def ask(questions, job_runs):
    """{name: [seconds]}, while the generation is drawn."""
    seconds = {name: [] for name in questions}
    ends = time.perf_counter() + MOST_SECONDS
    while time.perf_counter() < ends and job_runs():
        for name, question in questions.items():
            time.sleep(EVERY)
            begin = time.perf_counter()
            question()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def measure(options, threads):
    with Programs(options.programs, threads, load_model=True) as programs:
        socket = f"{programs.folder}/worker.sock"
        job, status, health = (GrpcConnection(socket) for _ in range(3))
        programs.wait_for("the model", health.is_serving)
        job.send(GENERATE, generate_request(PROMPT, steps=200, seed=1, num_images=8))
        programs.wait_for("a generation that runs", status.job_runs)
        seconds = ask({"Status": status.job_runs, "health": health.is_serving}, status.job_runs)
        for connection in (job, status, health):
            connection.close()
    return seconds


def answer_rows(options):
    return [Row(f"gRPC {name} while a picture is drawn, {cores}", seconds, "p99 ≤ 20", load())
            for threads, cores in ((0, "worker on all cores"), (1, "worker --threads 1"))
            for name, seconds in measure(options, threads).items()]
