"""tools/dev/wheel_url.py finds a wheel on the index that pip is configured for, in both of the index's forms."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools/dev/wheel_url.py"
WHEEL = "sample-1.0+cpu-py3-none-any.whl"
PAGES = {
    "/html/sample/": ("text/html", '<a href="/files/other.whl">x</a><a href="../../files/sample-1.0%2Bcpu-py3-none-any.whl#sha256=1">y</a>'),
    "/json/sample/": (
        "application/vnd.pypi.simple.v1+json",
        json.dumps({"files": [{"url": "/files/other.whl"}, {"url": "/files/sample-1.0%2Bcpu-py3-none-any.whl"}]}),
    ),
}


class Index(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, page = PAGES.get(self.path, ("text/plain", ""))
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


class WheelUrlTest(unittest.TestCase):
    def setUp(self):
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Index)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.host = f"http://127.0.0.1:{self.server.server_port}"

    def look_up(self, index, **settings):
        environment = {**os.environ, "PIP_INDEX_URL": self.host + index, "PIP_CERT": "", "no_proxy": "127.0.0.1", **settings}
        command = [sys.executable, SCRIPT, "sample", WHEEL]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_finds_the_wheel_in_html_and_json(self):
        for index in ("/html", "/json/"):
            found = self.look_up(index).stdout.splitlines()
            self.assertEqual(found[0], self.host + "/files/sample-1.0%2Bcpu-py3-none-any.whl")

    def test_asks_the_extra_index_after_the_first(self):
        found = self.look_up("/none", PIP_EXTRA_INDEX_URL=self.host + "/html")
        self.assertEqual(found.returncode, 0, found.stderr)

    def test_says_so_when_no_index_has_it(self):
        self.assertEqual(self.look_up("/none").returncode, 1)


if __name__ == "__main__":
    unittest.main()
