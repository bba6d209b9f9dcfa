"""Starts the real programs on free ports with the demo model, and asks them over HTTP."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

PATIENCE = 60  # seconds until something counts as hanging


def free_port():
    """For a program that cannot be told to take one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Service:
    """Worker and gateway, each started and ended by itself. Use it in a `with`."""

    def __init__(self, programs):
        self.programs = pathlib.Path(programs)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="easel-service-"))
        self.port, self.worker_address = 0, f"unix:{self.folder}/worker.sock"
        self.worker = self.gateway = None
        # Nothing of the machine's own settings, but where libraries and the temporary folder are.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("EASEL_")}
        self.environment["OMP_NUM_THREADS"] = "1"

    def __enter__(self):
        self.start_worker()
        self.start_gateway()
        return self

    def __exit__(self, *_):
        for process in (self.gateway, self.worker):
            if process and process.poll() is None:
                process.kill()
            if process:
                process.wait()
        shutil.rmtree(self.folder)

    def start(self, name, *arguments):
        """The program, once it has said that it serves."""
        ready, told = os.pipe()
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [self.programs / name, *arguments],
                env={**self.environment, "EASEL_READY_FD": str(told)},
                pass_fds=[told],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        os.close(told)
        line = os.read(ready, 1)
        os.close(ready)
        if not line:
            raise RuntimeError(f"{name} did not start: {self.log(name)}")
        return process

    def start_worker(self, *settings):
        self.worker = self.start("easel-worker", "--address", self.worker_address, *settings)

    def restart_worker(self, *settings):
        self.worker.terminate()
        self.worker.wait()
        self.start_worker(*settings)
        self.wait_for("the gateway to find the worker", lambda: self.get("/readyz").status == 200)

    def start_gateway(self, *settings):
        self.gateway = self.start(
            "easel-gateway",
            *("--port", str(self.port), "--worker", self.worker_address, "--data-dir", str(self.data), *settings),
        )
        # The first one takes any free port, and those after it the same.
        self.port = int(re.search(r'"url":"http://127.0.0.1:(\d+)/"', self.log("easel-gateway")).group(1))

    @property
    def data(self):
        return self.folder / "data"

    def log(self, name):
        return (self.folder / f"{name}.log").read_text("utf-8")

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, method=method)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path):
        return self.request("GET", path)

    def generate(self, **fields):
        return self.request("POST", "/api/generate", {"prompt": "a large red circle", **fields})

    def generate_in_background(self, **fields):
        """The thread that waits for it."""
        thread = threading.Thread(target=lambda: self.generate(**fields))
        thread.start()
        return thread

    def make_admin(self, name, password):
        """By the command, through the running gateway."""
        command = [self.programs / "easel-gateway", "admin", "create", name, "--data-dir", str(self.data)]
        subprocess.run(command, input=f"{password}\n", text=True, check=True, env=self.environment, capture_output=True)

    @staticmethod
    def admin_headers(name, password):
        return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}

    def wait_for(self, what, condition):
        """Until the condition holds; its value."""
        limit = time.monotonic() + PATIENCE
        while not (value := condition()):
            if time.monotonic() > limit:
                raise TimeoutError(f"waited in vain for {what}")
            time.sleep(0.02)
        return value

    def wait_until_drawing(self):
        """The id of a generation that the worker is in the middle of."""

        def drawing():
            running = self.get("/api/status").json()["running"]
            return running and running[0]["stage"] == "denoise" and running[0]["generation_id"]

        return self.wait_for("a generation that runs", drawing)

    def kill(self, process):
        process.send_signal(signal.SIGKILL)
        process.wait()
