"""Full and read-only disks below the real service: the reason is told, reading goes on, and it heals without a restart.

    python3 tests/end_to_end/disk_test.py FOLDER_OF_PROGRAMS [NAME...]

The data folder is a small file system in memory, in mounts of this process alone; exits with 77 where that is not permitted.
"""

import contextlib
import os
import subprocess
import sys
import threading
import unittest

from service import Service

PROGRAMS = None
SKIPPED = 77
IN_OWN_MOUNTS = "EASEL_TEST_OWN_MOUNTS"
DISK_MIB = 64
BLOCK = bytes(1 << 16)
LONG_TIME = 600  # seconds for a generation on a machine that does much else


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


class ServiceOnASmallDisk(Service):
    def __enter__(self):
        self.data.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "easel-test", self.data)
        return super().__enter__()

    def __exit__(self, *failure):
        for process in (self.gateway, self.worker):
            if process:
                self.kill(process)
        run("umount", "--lazy", self.data)
        super().__exit__(*failure)

    @property
    def ballast(self):
        return self.data / "ballast"

    def fill_the_disk(self):
        """To the last byte."""
        with open(self.ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(BLOCK)

    @contextlib.contextmanager
    def pictures_read_only(self):
        folders = [self.data / name for name in ("generations", "thumbnails")]
        for folder in folders:
            run("mount", "--bind", folder, folder)
            run("mount", "-o", "remount,bind,ro", folder)
        yield
        for folder in folders:
            run("umount", "--lazy", folder)

    @contextlib.contextmanager
    def nothing_writable(self):
        """As on a read-only disk, for files that are open too; the superuser may not write them either."""
        files = [self.data, *self.data.rglob("*")]
        run("chattr", "+i", *files)
        try:
            yield
        finally:
            run("chattr", "-i", *files)


class DiskCase(unittest.TestCase):
    def setUp(self):
        self.service = ServiceOnASmallDisk(PROGRAMS)
        self.addCleanup(self.service.__exit__)
        self.service.__enter__()
        first = self.generate()
        self.assertEqual(first.status, 200, first.body)
        self.first = first.json()
        self.picture = self.service.get(self.first["image_url"]).body

    def generate(self, steps=1):
        return self.service.request("POST", "/api/generate", {"prompt": "a circle", "steps": steps}, timeout=LONG_TIME)

    def expect_refused(self, answer, *reasons):
        self.assertEqual(answer.status, 507, answer.body)
        self.assertEqual(answer.json()["error"], "storage_failed")
        self.assertTrue(any(reason in answer.json()["message"] for reason in reasons), answer.body)

    def expect_readable(self):
        self.assertEqual(self.service.get(self.first["image_url"]).body, self.picture)
        self.assertEqual(self.service.get(self.first["thumbnail_url"]).status, 200)
        items = self.service.get("/api/generations").json()["items"]
        self.assertIn(self.first["generation_id"], [item["generation_id"] for item in items])
        for path in ("/healthz", "/readyz", "/api/status", "/api/models", "/"):
            self.assertEqual(self.service.get(path).status, 200, path)

    def expect_healed(self):
        """The next generation works, and every file belongs to a row."""
        answer = self.generate()
        self.assertEqual(answer.status, 200, answer.body)
        items = self.service.get("/api/generations").json()["items"]
        wanted = {url.rsplit("/")[-1] for item in items for url in item["image_urls"]}
        self.assertEqual({path.name for path in (self.service.data / "generations").iterdir()}, wanted)
        self.assertEqual(self.service.get(answer.json()["image_url"]).status, 200)

    def wait_for_failed_row(self, generation):
        def row():
            return self.service.get(f"/api/generations/{generation}").json()

        self.service.wait_for("the row to be closed", lambda: row()["status"] == "failed")
        self.assertEqual(row()["error"]["error"], "storage_failed")

    def test_a_full_disk(self):
        self.service.fill_the_disk()
        self.expect_refused(self.generate(), "the disk is full")
        self.expect_readable()
        self.service.ballast.unlink()
        self.expect_healed()

    def test_a_disk_that_becomes_full_while_a_picture_is_drawn(self):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.generate(steps=200)))
        thread.start()
        self.addCleanup(thread.join)
        generation = self.service.wait_until_drawing()
        self.service.fill_the_disk()
        thread.join()
        self.expect_refused(answers[0], "the disk is full")
        self.expect_readable()
        self.service.ballast.unlink()
        self.wait_for_failed_row(generation)
        self.expect_healed()

    def test_pictures_on_a_disk_that_is_read_only(self):
        with self.service.pictures_read_only():
            self.expect_refused(self.generate(), "the disk is read-only")
            self.expect_readable()
        self.expect_healed()

    def test_pictures_and_database_that_cannot_be_written(self):
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self.service.nothing_writable())
            except (OSError, subprocess.CalledProcessError) as error:
                self.skipTest(f"files cannot be made immutable here: {error}")
            self.expect_refused(self.generate(), "the disk is read-only", "the folder may not be written")
            self.expect_readable()
        self.expect_healed()


def enter_own_mounts():
    """Starts this script anew where its mounts are nobody else's; returns where that cannot be."""
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]
    trial = [*command, "mount", "-t", "tmpfs", "easel-test", "/mnt"]
    try:
        permitted = subprocess.run(trial, capture_output=True).returncode == 0
    except FileNotFoundError:
        permitted = False
    if permitted:
        os.environ[IN_OWN_MOUNTS] = "yes"
        os.execvp(command[0], [*command, sys.executable, *sys.argv])


def main():
    global PROGRAMS
    if IN_OWN_MOUNTS not in os.environ:
        enter_own_mounts()
        print("skipped: mounting a file system of its own is not permitted here")
        return SKIPPED
    PROGRAMS = sys.argv.pop(1)
    return unittest.main(verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
