"""Uploads at the real programs: POST /edit with the demo model, good and bad, and what stays of it.

    python3 tests/end_to_end/edit_test.py FOLDER_OF_PROGRAMS [NAME...]
"""

import http.client
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import unittest
import zlib

from service import PATIENCE, Answer, Service

PROGRAMS = None
ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/data/image"
BOUNDARY = "easel-edit-test"
# Dies of some pictures, and leaves the others to the real one.
# Takes for ever over others still.
DYING_DECODER = """#!{python} -IS
import os, signal, subprocess, sys
picture = sys.stdin.buffer.read()
if b"die" in picture:
    os.abort()
if b"stay" in picture:
    signal.pause()
sys.exit(subprocess.run([{real!r}, sys.argv[1]], input=picture).returncode)
"""
MIB = 1 << 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=None, depth=8, colour_type=0, extra=b""):
    """Gray, 8 bits; `rows` in place of what belongs there."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    if rows is None:
        rows = b"".join(b"\0" + bytes((x + y) & 255 for x in range(width * depth // 8)) for y in range(height))
    data = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def size_of(picture):
    return struct.unpack(">II", picture[16:24])


def form(*fields):
    parts = []
    for name, content in fields:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'
        parts += [head.encode(), content.encode() if isinstance(content, str) else content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def resident(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) << 10


class EditCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(PROGRAMS)
        cls.service.__enter__()
        cls.addClassCleanup(cls.service.__exit__)

    def post(self, body, content_type=f"multipart/form-data; boundary={BOUNDARY}"):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
        try:
            try:
                connection.request("POST", "/edit", body, {"Content-Type": content_type})
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all was sent: the answer is there
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def edit(self, picture, *fields):
        return self.post(form(("image", picture), ("prompt", "a large red circle"), ("steps", "2"), *fields))

    def use_dying_decoder(self):
        """Until the test's end: the others are to meet the real one."""
        decoder = self.service.folder / "decoder"
        real = pathlib.Path(PROGRAMS).resolve() / "easel-picture-decoder"
        decoder.write_text(DYING_DECODER.format(python=sys.executable, real=str(real)))
        decoder.chmod(0o755)
        self.service.restart_worker("--picture-decoder", str(decoder))
        self.addCleanup(self.service.restart_worker)

    def decoders(self):
        """Of the worker, those that run."""
        return subprocess.run(["pgrep", "-P", str(self.service.worker.pid)], capture_output=True).stdout

    def assert_refused(self, answer, status, error, words=""):
        self.assertEqual(answer.status, status, answer.body[:300])
        told = answer.json()
        self.assertEqual(sorted(told), ["error", "message", "request_id"])
        self.assertEqual(told["error"], error)
        self.assertIn(words, told["message"])
        self.assertEqual(told["request_id"], answer.headers["X-Request-Id"])

    def test_an_edit_is_a_picture_with_its_seed_and_a_line_in_the_log(self):
        answer = self.edit(png(128, 96), ("seed", "3"))
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        self.assertEqual(answer.headers["X-Seed"], "3")
        self.assertEqual(size_of(answer.body), (128, 96), "auto: that of the picture")
        again = self.edit(png(128, 96), ("seed", "3"))
        self.assertEqual(again.body, answer.body, "the same seed")
        generation = answer.headers["X-Generation-Id"]
        record = self.service.get(f"/api/generations/{generation}").json()
        self.assertEqual((record["status"], record["seed"], record["steps"]), ("done", 3, 2))
        lines = [json.loads(line) for line in self.service.log("easel-worker").splitlines()]
        line = next(line for line in lines if line.get("request_id") == generation)
        self.assertEqual((line["method"], line["prompt_length"], line["start_images"]), ("Edit", 18, 1))
        for field in ("seed", "width", "height", "steps", "duration"):
            self.assertIn(field, line)
        self.assertGreater(line["memory"]["before"]["total"], 0)
        self.assertGreater(line["memory"]["after"]["total"], 0)

    def test_models_say_that_they_can_edit(self):
        models = self.service.get("/api/models").json()["models"]
        self.assertIn("edit", next(model for model in models if model["key"] == "demo")["capabilities"])

    def test_pictures_that_the_engine_does_not_use_are_read_and_told_of(self):
        models = self.service.get("/api/models").json()["models"]
        self.assertEqual(next(model for model in models if model["key"] == "demo")["max_images"], 1)
        alone = self.edit(png(64, 64), ("seed", "3"))
        self.assertIsNone(alone.headers["X-Warning"])
        two = self.edit(png(64, 64), ("image", png(40, 40)), ("seed", "3"))
        self.assertEqual(two.status, 200, two.body[:300])
        warning = "2 pictures were given; this model uses the first alone"
        self.assertEqual(two.headers["X-Warning"], warning)
        self.assertEqual(two.body, alone.body)
        record = self.service.get(f"/api/generations/{two.headers['X-Generation-Id']}").json()
        self.assertEqual(record["warnings"], [warning])
        cut = self.edit(png(64, 64), ("image", png(40, 40)[:-30]))
        self.assert_refused(cut, 400, "invalid_field", "images[1]: PNG image is cut short")

    def test_a_resolution_is_that_of_the_result(self):
        self.assertEqual(size_of(self.edit(png(40, 40), ("resolution", "64")).body), (64, 64))
        self.assertEqual(size_of(self.edit(png(40, 40), ("resolution", "96x64")).body), (96, 64))

    def test_every_kind_of_picture_is_read(self):
        palette = chunk(b"PLTE", bytes(range(256)) * 3)
        kinds = {
            "16 bits": png(64, 64, depth=16),
            "palette": png(64, 64, colour_type=3, extra=palette),
            "CMYK": (FIXTURES / "uploads/cmyk_at_service.jpg").read_bytes(),
        }
        for kind, picture in kinds.items():
            answer = self.edit(picture)
            self.assertEqual(answer.status, 200, (kind, answer.body[:300]))
        answer = self.edit(png(64, 64), ("mask", png(64, 64)))
        self.assertEqual(answer.status, 200, answer.body[:300])

    def test_what_is_no_good_picture_is_told_so_and_both_programs_live_on(self):
        whole = png(64, 64)
        cases = [
            (b"not an image", "allowed: PNG, JPEG, WebP"),
            (b"", "empty"),
            (whole[: len(whole) // 2], "cut short"),
            (png(50_000, 50_000, rows=b"\0"), "50000 × 50000"),
            (png(1, 1), "1 × 1"),
            ((FIXTURES / "codecs/animated.png").read_bytes(), "animated"),
            ((FIXTURES / "codecs/refused_animated.webp").read_bytes(), "animated"),
        ]
        for picture, words in cases:
            self.assert_refused(self.edit(picture), 400, "invalid_field", words)
        damaged = bytearray(whole)
        damaged[60:70] = b"\xff" * 10  # the header is right, the pixels are not
        self.assert_refused(self.edit(bytes(damaged)), 400, "invalid_field", "PNG image")
        self.assertEqual(self.edit(whole).status, 200)

    def test_what_is_no_good_form_is_told_so(self):
        picture = png(64, 64)
        self.assert_refused(self.post(form(("image", picture), ("prompt", ""))), 400, "invalid_field", "'prompt'")
        self.assert_refused(self.post(form(("picture", picture))), 400, "invalid_field", "'picture' is unknown")
        four = form(*[("image", picture)] * 4, ("prompt", "x"))
        self.assert_refused(self.post(four), 400, "invalid_field", "more than 3")
        self.assert_refused(self.post(form(*[("seed", "1")] * 100_000)), 400, "invalid_field", "given twice")
        self.assert_refused(self.edit(picture, ("engine", "nobody")), 400, "invalid_field", "'engine'")
        self.assert_refused(self.post(b"{}", "application/json"), 415, "unsupported_media_type")

    def send_head(self, length):
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=PATIENCE)
        connection.sendall(
            f"POST /edit HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
        )
        return connection

    def test_two_hundred_megabytes_are_refused_by_their_head(self):
        with self.send_head(200 * MIB) as connection:
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 413"))

    def test_a_client_that_sends_two_hundred_megabytes_first_hears_why_not(self):
        # It is read on for two seconds: a machine that is busy for so long gets two more chances.
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        answers = []
        while len(answers) < 3 and 413 not in answers:
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
            try:
                connection.request("POST", "/edit", b"x" * (200 * MIB), headers)
                answers.append(connection.getresponse().status)
            except (BrokenPipeError, ConnectionResetError) as error:
                answers.append(repr(error))
            finally:
                connection.close()
        self.assertIn(413, answers)

    def test_memory_is_back_where_it_was_after_a_storm_of_uploads(self):
        storm = [
            png(50_000, 50_000, rows=b"\0"),
            png(4096, 4096, rows=bytes(4096 * 4097)),
            b"x" * (20 * MIB),
            png(64, 64)[:-30],
        ]
        for picture in 5 * storm:  # first uses of everything, in each of the C library's arenas
            self.edit(picture, ("resolution", "64"))
        before = [resident(process) for process in (self.service.worker, self.service.gateway)]
        for _ in range(5):
            for picture in storm:
                self.edit(picture, ("resolution", "64"))
        after = [resident(process) for process in (self.service.worker, self.service.gateway)]
        worker, gateway = (now - was for was, now in zip(before, after))
        self.assertLess(worker, 64 * MIB)
        self.assertLess(gateway, 20 * MIB)  # not one of the uploads is kept
        self.assertEqual(self.decoders(), b"")

    def test_a_picture_that_ends_its_decoder_costs_one_request(self):
        self.use_dying_decoder()
        deadly = png(64, 64, extra=chunk(b"tEXt", b"key\0die"))
        self.assert_refused(self.edit(deadly), 400, "invalid_field", "ended in the middle (signal 6)")
        self.assertEqual(self.edit(png(64, 64)).status, 200)
        self.assertIsNone(self.service.worker.poll())

    def test_a_caller_who_goes_away_ends_the_reading_of_his_picture(self):
        self.use_dying_decoder()
        body = form(("image", png(64, 64, extra=chunk(b"tEXt", b"key\0stay"))), ("prompt", "x"), ("request_id", "gone-1"))
        with self.send_head(len(body)) as connection:
            connection.sendall(body)
            self.service.wait_for("the decoder", lambda: self.decoders())
        self.service.wait_for("the decoder's end", lambda: not self.decoders())

        def line_of_the_cancelled():
            lines = [json.loads(line) for line in self.service.log("easel-worker").splitlines()]
            return next((line for line in lines if line.get("reason") == "CANCELLED"), None)

        line = self.service.wait_for("its line in the log", line_of_the_cancelled)
        self.assertEqual((line["method"], line["start_images"]), ("Edit", 1))
        self.assertGreater(line["memory"]["before"]["total"], 0)
        self.assertEqual(self.edit(png(64, 64)).status, 200)

    def test_the_script_for_one_edit(self):
        (self.service.folder / "me.png").write_bytes(png(64, 64))
        script = [ROOT / "deploy/scripts/curl_edit.sh", self.service.folder / "me.png", "a; circle"]
        output = self.service.folder / "out.png"
        environment = {**os.environ, "EASEL_URL": f"http://127.0.0.1:{self.service.port}"}
        done = subprocess.run([*script, output, "seed=4", "steps=2"], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("seed 4, generation", done.stdout)
        self.assertEqual(output.read_bytes()[:4], b"\x89PNG")
        odd = self.service.folder / 'a "b" \\c;type=x, d.png'
        odd.write_bytes(png(64, 64))
        more = [script[0], odd, "a circle", output, "steps=1", "strength=0.5", f"mask=@{odd}"]
        done = subprocess.run(more, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        refused = subprocess.run([*script, output, "steps=0"], env=environment, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("'steps'", refused.stderr)

    def test_the_script_for_many_edits(self):
        (self.service.folder / "me.png").write_bytes(png(64, 64))
        done = subprocess.run(
            [ROOT / "deploy/scripts/benchmark_edit.sh", self.service.folder / "me.png", "a circle", "3", "steps=1"],
            env={**os.environ, "EASEL_URL": f"http://127.0.0.1:{self.service.port}"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"3 edits: min \d+ ms, median [\d.]+ ms, p95 \d+ ms, max \d+ ms")


def main():
    global PROGRAMS
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
