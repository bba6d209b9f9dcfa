"""The restore drill: a gateway under writes, a backup of it, its data folder destroyed, and the backup put in its place.

    python3 tests/end_to_end/backup_test.py FOLDER_OF_PROGRAMS [NAME...]
"""

import base64
import http.client
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import unittest

from edit_test import png
from service import Service

PROGRAMS = None
NAME, PASSWORD = "ada", "correct horse battery staple"


class BackupCase(unittest.TestCase):
    def setUp(self):
        self.service = Service(PROGRAMS)
        self.service.__enter__()
        self.addCleanup(self.service.__exit__)
        self.backup = self.service.folder / "backup"
        self.admin = self.service.admin_headers(NAME, PASSWORD)

    def back_up(self, destination=None, data=None):
        command = [self.service.programs / "easel-gateway", "backup", destination or self.backup]
        command += ["--data-dir", data or self.service.data]
        return subprocess.run(command, text=True, capture_output=True, env=self.service.environment)

    def ask(self, method, path, body=None, headers=None, wanted=(200, 201)):
        answer = self.service.request(method, path, body, headers)
        self.assertIn(answer.status, wanted, answer.body)
        return answer

    def write_until(self, stop, acknowledged):
        """Pictures drawn, triggers with uploads made and removed; what was acknowledged, by its address."""
        prank = self.ask("POST", "/api/pranks", {"title": "Busy"}).json()
        builder = f"/api/pranks/builder/{prank['builder_slug']}"

        def keep(url):
            acknowledged[url] = self.service.get(url).body

        def draw():
            keep(self.ask("POST", "/api/generate", {"prompt": "a red circle", "steps": 1}).json()["image_url"])

        def change():
            number = len(acknowledged)
            image = base64.b64encode(png(16, 16 + number % 100)).decode()
            kept = self.ask("POST", f"{builder}/triggers", {"phrase": f"kept {number} {time.monotonic_ns()}", "image": image})
            gone = self.ask("POST", f"{builder}/triggers", {"phrase": "gone", "image": image}).json()
            keep(kept.json()["image_url"])
            self.ask("DELETE", f"{builder}/triggers/{gone['id']}")

        def repeat(write):
            while not stop.is_set():
                try:
                    write()
                except (OSError, http.client.HTTPException):
                    return  # the gateway is gone

        threads = [threading.Thread(target=repeat, args=(write,)) for write in (draw, change)]
        for thread in threads:
            thread.start()
        return threads

    def test_every_acknowledged_record_and_picture_is_there_after_a_restore(self):
        self.service.make_admin(NAME, PASSWORD)
        key = self.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": ["generate"]}, self.admin).json()["key"]
        bearer = {"Authorization": f"Bearer {key}"}
        self.ask("PUT", "/api/preferences", {"session_id": "s-1", "engine": "demo", "defaults": {"steps": 3}}, bearer)
        stop, acknowledged = threading.Event(), {}
        writers = self.write_until(stop, acknowledged)
        try:
            self.service.wait_for("some pictures", lambda: len(acknowledged) > 5)
            before = dict(acknowledged)
            made = self.back_up()
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertIn("quick_check ok", made.stdout)
            self.assertEqual(made.stderr, "")
        finally:
            stop.set()
            for writer in writers:
                writer.join()
        self.service.kill(self.service.gateway)
        shutil.rmtree(self.service.data)
        shutil.copytree(self.backup, self.service.data)
        self.service.start_gateway()
        for url, body in before.items():
            self.assertEqual(self.service.get(url).body, body, url)
        self.check_every_row_has_its_files()
        self.ask("POST", "/api/admin/login", {"name": NAME, "password": PASSWORD})
        self.assertEqual(self.ask("GET", "/api/preferences?session_id=s-1", None, bearer).json()["engine"], "demo")
        self.ask("GET", "/api/status", None, {"Authorization": "Bearer easel_unknown"}, wanted=[401])
        self.ask("POST", "/api/generate", {"prompt": "a red circle", "steps": 1}, bearer)

    def check_every_row_has_its_files(self):
        with sqlite3.connect(f"file:{self.service.data}/easel.db?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA quick_check").fetchall(), [("ok",)])
            for table, picture, thumbnail in (("generation_files", "generations", "thumbnails"),
                                              ("prank_triggers", "pranks", "pranks")):  # fmt: skip
                rows = database.execute(f"SELECT picture_file, thumbnail_file FROM {table}").fetchall()
                self.assertTrue(rows, table)
                for files in rows:
                    for folder, file in zip((picture, thumbnail), files):
                        self.assertGreater((self.service.data / folder / file).stat().st_size, 0, file)

    def test_a_backup_without_a_gateway_says_what_it_has(self):
        self.ask("POST", "/api/generate", {"prompt": "a red circle", "steps": 1})
        self.service.kill(self.service.gateway)
        made = self.back_up()
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        for told in ("schema ", "quick_check ok", "1 generations", "pictures: 2 files", "was made in"):
            self.assertIn(told, made.stdout)
        self.assertEqual(stat.S_IMODE(self.backup.stat().st_mode), 0o700)
        self.service.start_gateway()

    def test_what_cannot_be_backed_up_is_told_and_leaves_nothing(self):
        self.service.gateway.terminate()  # leaves all in one file
        self.service.gateway.wait()
        there = set(os.listdir(self.service.folder))
        nowhere = self.service.folder / "nowhere"
        for told, destination, data in (("no data folder", self.backup, nowhere),
                                        ("inside the data folder", self.service.data / "sub", self.service.data),
                                        ("must exist", nowhere / "backup", self.service.data)):  # fmt: skip
            made = self.back_up(destination, data)
            self.assertEqual((made.returncode, made.stdout), (1, ""), told)
            self.assertIn(told, made.stderr)
        with open(self.service.data / "easel.db", "r+b") as file:
            file.write(b"no database at all")
        made = self.back_up()
        self.assertEqual(made.returncode, 1)
        self.assertIn("damaged", made.stderr)
        self.assertEqual(set(os.listdir(self.service.folder)), there)


def main():
    global PROGRAMS
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
