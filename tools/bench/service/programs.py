"""The programs as the end-to-end tests start them, with settings of the benchmark's own."""

import http.client
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tests" / "end_to_end"))

from service import Service  # noqa: E402


class Programs(Service):
    """Use it in a `with`; the worker takes as many cores as `threads` says, 0: all."""

    def __init__(self, programs, threads=0, parent=None, load_model=False, max_streams=256):
        super().__init__(programs)
        del self.environment["OMP_NUM_THREADS"]
        self.worker_settings = ["--threads", str(threads), *(["--load", "demo"] if load_model else [])]
        self.max_streams = str(max_streams)
        self.data_folder = Path(tempfile.mkdtemp(prefix="easel-bench-", dir=parent or self.folder))

    def __exit__(self, *failure):
        super().__exit__(*failure)
        shutil.rmtree(self.data_folder, ignore_errors=True)

    @property
    def data(self):
        return self.data_folder

    def start_worker(self):
        self.worker = self.start("easel-worker", "--address", self.worker_address, *self.worker_settings)

    def start_gateway(self):
        super().start_gateway(
            "--max-streams", self.max_streams, "--max-streams-per-address", self.max_streams,
            "--max-connections-per-address", "512",
        )

    def connection(self):
        """Kept open between requests, as a browser or a frontend's server does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.connect()
        return connection


def ask(connection, method, path, body=None):
    """The answer's bytes; anything but 200 is an error."""
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return content
