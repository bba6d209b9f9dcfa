"""deploy/envoy.yaml in a real Envoy before a real gateway, and attacks on the two.

    EASEL_ENVOY=/path/to/envoy python3 tests/deploy/envoy_test.py FOLDER_OF_PROGRAMS [NAME...]

Exits with 77 where there is no Envoy. The worker is down throughout: nothing here needs one.
"""

import gzip
import os
import pathlib
import socket
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
from service import Service, free_port  # noqa: E402

SKIPPED = 77
ENVOY = os.environ.get("EASEL_ENVOY", "")
PROGRAMS = None
MIB = 1 << 20
ALLOWED_GROWTH = 64 * MIB


class Proxied(Service):
    """A gateway without a worker, and Envoy before it. `port` is the gateway's own."""

    def __enter__(self):
        self.start_gateway()
        self.edge_port = free_port()
        text = (HERE.parent.parent / "deploy/envoy.yaml").read_text()
        for old, new in (("0.0.0.0, port_value: 8080", f"127.0.0.1, port_value: {self.edge_port}"), ("port_value: 7999", f"port_value: {self.port}")):
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / "envoy.yaml").write_text(text)
        with open(self.folder / "envoy.log", "wb") as log:
            self.envoy = subprocess.Popen(
                [ENVOY, "-c", self.folder / "envoy.yaml", "--concurrency", "1", "--use-dynamic-base-id"], stdout=log, stderr=log
            )
        self.wait_for("Envoy", self.edge_is_up)
        return self

    def __exit__(self, *_):
        self.envoy.kill()
        self.envoy.wait()
        super().__exit__()

    def edge_is_up(self):
        try:
            return self.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.edge_port), timeout=60)

    def exchange(self, request):
        """The whole answer to raw bytes, until Envoy closes; what it closes on is no error."""
        with self.connect() as connection:
            try:
                connection.sendall(request)
            except OSError:
                pass  # refused before it was all sent
            return read_all(connection)

    def peak_bytes(self):
        """The gateway's highest resident memory so far."""
        status = pathlib.Path(f"/proc/{self.gateway.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


def read_all(connection):
    answer = b""
    try:
        while part := connection.recv(65536):
            answer += part
    except OSError:
        pass
    return answer


def status_of(answer):
    return int(answer.split()[1]) if answer else None


class EnvoyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Proxied(PROGRAMS).__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def setUp(self):
        before = self.service.peak_bytes()
        self.addCleanup(lambda: self.assertLess(self.service.peak_bytes() - before, ALLOWED_GROWTH))
        self.addCleanup(lambda: self.assertTrue(self.service.edge_is_up(), "answers afterwards"))

    def ask(self, head, body=b""):
        return self.service.exchange(head.replace("\n", "\r\n").encode() + b"\r\n" + body)

    def post(self, headers, body):
        return self.ask(f"POST /api/generate HTTP/1.1\nHost: x\nConnection: close\n{headers}\n", body)

    def test_passes_the_page_and_the_api_through(self):
        self.assertEqual(status_of(self.ask("GET / HTTP/1.1\nHost: x\nConnection: close\n")), 200)
        answer = self.post("Content-Type: application/json\nContent-Length: 16", b'{"prompt": "x"} ')
        self.assertEqual(status_of(answer), 503, "without a worker")
        self.assertIn(b"worker_unavailable", answer)

    def test_ends_a_line_without_end(self):
        # Envoy closes after some KiB; what it answers may be lost with the connection.
        self.assertIn(status_of(self.service.exchange(b"GET /" + b"a" * (200 * MIB))), (None, 400, 414, 431))

    def test_refuses_500_000_headers(self):
        headers = "".join(f"X{i}: y\n" for i in range(500_000))
        self.assertIn(status_of(self.ask(f"GET / HTTP/1.1\nHost: x\n{headers}")), (None, 431))

    def test_refuses_a_body_over_the_limit(self):
        whole = self.post("Content-Type: application/json\nContent-Length: 60000000", b"a" * 60_000_000)
        self.assertIn(status_of(whole), (None, 413))
        chunk = b"%x\r\n" % MIB + b"a" * MIB + b"\r\n"
        self.assertIn(status_of(self.post("Transfer-Encoding: chunked", chunk * 60)), (None, 413))
        small = self.ask("POST /api/status HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 100000\n", b"a" * 100_000)
        self.assertEqual(status_of(small), 413)

    def test_refuses_a_negative_chunk_size(self):
        self.assertIn(status_of(self.post("Transfer-Encoding: chunked", b"-2\r\nab\r\n0\r\n\r\n")), (None, 400))

    def test_refuses_content_length_together_with_transfer_encoding(self):
        body = b"0\r\n\r\nGET /api/status HTTP/1.1\r\n"
        self.assertEqual(status_of(self.post(f"Content-Length: {len(body)}\nTransfer-Encoding: chunked", body)), 400)

    def test_leaves_compressed_bodies_to_the_gateway_which_refuses_them(self):
        body = gzip.compress(b"a" * (300 * MIB), compresslevel=1)
        answer = self.post(f"Content-Type: application/json\nContent-Encoding: gzip\nContent-Length: {len(body)}", body)
        self.assertEqual(status_of(answer), 415, answer[:200])

    def test_takes_the_range_header_away(self):
        ranges = ",".join(["0-"] * 60)
        self.assertEqual(status_of(self.ask(f"GET / HTTP/1.1\nHost: x\nConnection: close\nRange: bytes={ranges}\n")), 200)

    def test_refuses_escaped_slashes_and_resolves_dots(self):
        self.assertEqual(status_of(self.ask("GET /static/..%2f..%2fetc/passwd HTTP/1.1\nHost: x\nConnection: close\n")), 400)
        answer = self.ask("GET /static/generations/../../../etc/passwd HTTP/1.1\nHost: x\nConnection: close\n")
        self.assertEqual(status_of(answer), 404)

    def test_answers_in_time_while_32_clients_drip_their_heads_and_32_their_bodies(self):
        slow = [self.service.connect() for _ in range(64)]
        self.addCleanup(lambda: [connection.close() for connection in slow])
        for connection in slow[:32]:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        for connection in slow[32:]:
            connection.sendall(b"POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        for _ in range(3):
            for connection in slow:
                connection.sendall(b"a")
            self.assertTrue(self.service.edge_is_up())
            time.sleep(0.2)
        self.assertIn(b"408", read_all(slow[0])[:64], "the head that never ends is answered after 5 s")

    def test_slows_down_one_address_that_asks_too_often(self):
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        with self.service.connect() as connection:
            connection.sendall(request * 1500 + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = read_all(connection)
        self.assertIn(b"HTTP/1.1 200", answer)
        self.assertIn(b"HTTP/1.1 429", answer)
        self.service.wait_for("the address to be let in again", self.service.edge_is_up)


def main():
    global PROGRAMS
    if not os.access(ENVOY, os.X_OK):
        print("skipped: EASEL_ENVOY names no Envoy")
        return SKIPPED
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
