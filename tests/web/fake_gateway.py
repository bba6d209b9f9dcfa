"""A gateway for work on the page: docs/rest_api.md with a scripted worker, and the page's files.

    python3 tests/web/fake_gateway.py --port 7998 --pictures 60
"""

import argparse
import contextlib
import http.server
import json
import pathlib
import re
import socket
import sys
import threading
import urllib.parse
import uuid

import fake_worker

PAGE = pathlib.Path(__file__).resolve().parents[2] / "gateway/web"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
STATUS = {
    "invalid_json": 400, "invalid_field": 400, "not_found": 404, "conflict": 409, "cancelled": 409, "queue_full": 429,
    "deadline": 504, "storage_failed": 507,
}  # fmt: skip
FIELDS = {
    "prompt", "negative_prompt", "engine", "seed", "steps", "guidance", "width", "height", "num_images", "sampler", "image",
    "mask", "strength", "preview_every", "request_id", "cache", "options",
}  # fmt: skip
RANGES = {"steps": (1, 200), "guidance": (0, 30), "width": (16, 1 << 16), "height": (16, 1 << 16), "num_images": (1, 8), "strength": (0, 1)}
RETRY_SECONDS = 2
LOOK_SECONDS = 0.05  # how soon a reader that went away is noticed
GIB = 1 << 30


def model(key, name, state="available", problem="", **more):
    return {
        "key": key, "display_name": name, "notes": "", "tags": [], "default": False, "state": state, "problem": problem,
        "family": "flux", "variant": "dev", "fingerprint": "", "max_side": 0,
        "capabilities": ["text_to_image", "image_to_image", "inpainting", "edit"],
        "recommended": {"width": 128, "height": 128, "steps": 20, "guidance": 3.5},
        "allowed": {"steps": [1, 200], "guidance": [0, 30], "side": None}, **more,
    }  # fmt: skip


MODELS = [
    model("demo", "Demo", notes="Small shapes and colours; comes with easel.", default=True),
    model("flux_dev", "FLUX.1 dev", "missing", "Not found in the hub's cache.\nDownload it: hf download black-forest-labs/FLUX.1-dev",
          recommended={"width": 1024, "height": 1024, "steps": 28, "guidance": 3.5}),
    model("words_only", "Words only", capabilities=["text_to_image"], notes="Has a size limit of its own.", max_side=256,
          recommended={"width": 512, "height": 512, "steps": 4, "guidance": None}),
]  # fmt: skip


class FakeGateway:
    """Serves on a port of 127.0.0.1 from threads of its own; `worker` can be driven by a test."""

    def __init__(self, port=0, step_seconds=0.05):
        self.worker = fake_worker.FakeWorker(step_seconds)
        self.broken_streams = 0  # so many event streams break off after three events
        self.streams, self.most_streams = 0, 0  # event streams that are open, and were at once
        self.refuse_next = []  # codes with which the next generations are refused before they have a record
        handler = type("Handler", (Handler,), {"gateway": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.server.break_connections()


class Server(http.server.ThreadingHTTPServer):
    """Can break what is open, as the end of a process does."""

    daemon_threads = True

    def __init__(self, *arguments):
        self.connections = set()
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def break_connections(self):
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """Browsers break connections; nothing else goes wrong in a handler unseen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    gateway: FakeGateway
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        path = url.path
        found = re.fullmatch(r"/api/generations/([^/]+)(/events)?", path)
        if path == "/" or path.startswith("/assets/"):
            self._page(path)
        elif path == "/api/models":
            self._json({"models": MODELS, "max_image_side": 768})
        elif path == "/api/status":
            self._json(self._status())
        elif path == "/api/generations":
            self._history(urllib.parse.parse_qs(url.query))
        elif found:
            self._generation(found.group(1), bool(found.group(2)))
        elif path.startswith("/static/"):
            self._static(path)
        else:
            self._error("not_found", "no such route")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/api/generate":
            return self._error("not_found", "no such route")
        try:
            body = json.loads(raw)
        except ValueError:
            return self._error("invalid_json", "the body is not JSON")
        wrong = self._wrong_field(body)
        if wrong:
            return self._error("invalid_field", wrong)
        if self.gateway.refuse_next:
            code = self.gateway.refuse_next.pop(0)
            return self._error(code, fake_worker.MESSAGES.get(code, code))
        if body.get("request_id") in self.gateway.worker.jobs:
            return self._error("conflict", "a generation of this request id exists already")
        worker = self.gateway.worker
        return self._stream(worker.submit(body, worker.refusal(body)), 0)

    def do_DELETE(self):
        found = re.fullmatch(r"/api/generations/([^/]+)", self.path)
        job = self.gateway.worker.jobs.get(found.group(1)) if found else None
        if job is None:
            return self._error("not_found", "no such generation")
        if not job.ended:
            self.gateway.worker.cancel(job)
        return self._json({"generation_id": job.id, "status": job.record["status"]}, 200 if job.ended else 202)

    def _wrong_field(self, body):
        for name in body:
            if name not in FIELDS:
                return f"{name}: no such field"
        for name, (lowest, highest) in RANGES.items():
            if name in body and not lowest <= body[name] <= highest:
                return f"{name}: {body[name]} is not within {lowest} and {highest}"
        if not 0 < len(body.get("prompt", "")) <= 4096:
            return "prompt: 1 to 4096 characters"
        if "image" in body and not body["image"].startswith("data:image/"):
            return "image: not a data URL"
        return None

    def _page(self, path):
        name = "index.html" if path == "/" else path.removeprefix("/assets/")
        file = PAGE / name
        if "/" in name or file.suffix not in TYPES or not file.is_file():
            return self._error("not_found", "no such file")
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return self._send(200, TYPES[file.suffix], file.read_bytes(), headers)

    def _status(self):
        worker = self.gateway.worker
        running = [{"generation_id": job.id, "model": job.request["engine"], "stage": "denoise", "done": 1, "units": 2, "seconds": 1.0}
                   for job in worker.running()]  # fmt: skip
        error = "" if worker.reachable else fake_worker.MESSAGES["worker_unavailable"]
        return {
            "ready": worker.reachable, "worker": {"reachable": worker.reachable, "version": "0", "draining": False, "error": error},
            "devices": [{"name": "cpu", "total_bytes": 24 * GIB, "budget_bytes": 6 * GIB, "used_bytes": GIB // 2}],
            "queue": {"length": len(worker.waiting()), "limit": fake_worker.QUEUE_LIMIT}, "running": running, "models": [],
        }  # fmt: skip

    def _history(self, query):
        limit = int(query.get("limit", ["24"])[0])
        records = [job.record for job in reversed(list(self.gateway.worker.jobs.values()))]
        cursor = query.get("cursor", [None])[0]
        ids = [record["generation_id"] for record in records]
        start = ids.index(cursor) + 1 if cursor else 0
        page = records[start : start + limit]
        more = start + limit < len(records)
        self._json({"items": page, "next": page[-1]["generation_id"] if more else None})

    def _generation(self, name, wants_events):
        job = self.gateway.worker.jobs.get(name)
        if job is None:
            self._error("not_found", "no such generation")
        elif wants_events:
            self._stream(job, int(self.headers.get("Last-Event-ID", 0)))
        else:
            self._json(job.record)

    def _static(self, path):
        for job in self.gateway.worker.jobs.values():
            if path in job.files:
                return self._send(200, "image/png", job.files[path], {"Cache-Control": "public, max-age=31536000, immutable"})
        return self._error("not_found", "no such file")

    def _stream(self, job, last):
        gateway = self.gateway
        gateway.streams += 1
        gateway.most_streams = max(gateway.streams, gateway.most_streams)
        try:
            self._send_events(job, last)
        finally:
            gateway.streams -= 1

    def _send_events(self, job, last):
        self.send_response(200)
        for name, value in (("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        breaks = self.gateway.broken_streams > 0
        if breaks:
            self.gateway.broken_streams -= 1
        sent = 0
        while True:
            with job.changed:
                job.changed.wait_for(lambda: len(job.events) > last, LOOK_SECONDS)
                events = job.events[last:]
            if not events and self._is_gone():
                return
            for sequence, name, data in events:
                try:
                    self.wfile.write(f"id: {sequence}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode())
                except OSError:
                    return
                last, sent = sequence, sent + 1
                if name in ("result", "error") or (breaks and sent >= 3):
                    return

    def _is_gone(self):
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _json(self, content, status=200):
        self._send(status, "application/json", json.dumps(content).encode(), {"Cache-Control": "no-store"})

    def _error(self, code, message):
        headers = {"Retry-After": str(RETRY_SECONDS)} if code == "queue_full" else {}
        content = json.dumps({"error": code, "message": message, "request_id": uuid.uuid4().hex}).encode()
        self._send(STATUS.get(code, 503), "application/json", content, headers)

    def _send(self, status, content_type, content, headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7998)
    parser.add_argument("--pictures", type=int, default=0, help="how many the history has at first")
    parser.add_argument("--step-seconds", type=float, default=0.15)
    arguments = parser.parse_args()
    gateway = FakeGateway(arguments.port, arguments.step_seconds)
    gateway.worker.add_finished(arguments.pictures)
    print(gateway.url, flush=True)
    gateway.server.serve_forever()


if __name__ == "__main__":
    main()
