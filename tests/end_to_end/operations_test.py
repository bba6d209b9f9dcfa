"""Runs the commands of docs/operations.md as they stand there, at the real worker with the demo model.

    python3 tests/end_to_end/operations_test.py FOLDER_OF_PROGRAMS [NAME...]

Only addresses and paths are changed, to those of this run. Exits with 77 where there is no grpcurl (EASEL_GRPCURL, which
./dev test sets, or one on the PATH).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from service import Service

PROGRAMS = None
GRPCURL = os.environ.get("EASEL_GRPCURL") or shutil.which("grpcurl")
SKIPPED = 77
PNG = b"\x89PNG\r\n\x1a\n"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/operations.md"
ADDRESS, SOCKET, TLS_ADDRESS = "127.0.0.1:50051", "unix:/run/easel/worker.sock", "worker.example:50051"
LONG_JOB = '"steps": 200'
GATEWAY = "127.0.0.1:7999"
# Of the gateway's admins; they have a test of their own.
ADMINS = ("admin create ada", "admin reset ada", "admin list", "admin remove ada", "/api/admin/keys", "Bearer easel_…")
# Of a backup and its restore, in this order.
BACKUP = ("easel-gateway backup /backups", "mv /var/lib/easel ", "cp -a /backups")

# What a command's output must contain; every command of the page stands here, or in a test of its own.
ANSWERS = {
    f"{ADDRESS} list": "easel.v1.ImageService",
    "describe easel.v1.GenerateRequest": "message GenerateRequest",
    f"plaintext {ADDRESS} grpc.health.v1.Health/Check": '"SERVING"',
    '"easel.model.demo"}': '"SERVING"',
    f"{ADDRESS} easel.v1.ImageService/Status": '"ready": true',
    "ModelService/List": '"key": "demo"',
    "ModelService/Load": '"state": "MODEL_STATE_LOADED"',
    "> circle.png": "",
    "> blue.png": "",
    LONG_JOB: "",
    "ImageService/Cancel": "",
    "ModelService/Unload": '"unloaded": true',
}

# An authority, and certificates that it signed for this machine's address and for a caller.
CERTIFICATES = """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
printf 'subjectAltName=IP:127.0.0.1' > extensions
for name in server caller; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out $name.pem
done
"""


def commands_of_the_page():
    """The shell commands of its code blocks; one that ends in | goes on in the next line."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    # Neither blocks of a named language nor lines of the log.
    text = "".join(block for language, block in blocks if not language and not block.startswith("{"))
    return text.replace("|\n", "| ").strip().splitlines()


class OperationsCase(unittest.TestCase):
    def setUp(self):
        self.service = Service(PROGRAMS)
        self.addCleanup(self.service.__exit__)
        self.folder = self.service.folder
        (self.folder / "bin").mkdir()
        (self.folder / "bin/grpcurl").symlink_to(GRPCURL)

    def start_worker(self, *arguments):
        """Its address, as it told in its log."""
        self.service.worker = self.service.start("easel-worker", *arguments)
        lines = [json.loads(line) for line in self.service.log("easel-worker").splitlines()]
        return next(line["address"] for line in lines if line["event"] == "listening")

    def shell(self, command):
        path = f"{self.folder}/bin:{pathlib.Path(PROGRAMS).resolve()}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "EASEL_DATA_DIR": str(self.service.data)}
        return subprocess.Popen(
            ["bash", "-e", "-o", "pipefail", "-c", command],
            cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )

    def run_command(self, command):
        """Its output, and whether it ended well."""
        process = self.shell(command)
        output = process.communicate(timeout=300)[0]
        return output, process.returncode == 0

    def expect(self, command, wanted):
        output, went_well = self.run_command(command)
        self.assertTrue(went_well, f"{command}\n{output}")
        self.assertIn(wanted, output, command)

    def wait_until_serving(self, address):
        check = f"grpcurl -plaintext {address} grpc.health.v1.Health/Check"
        self.service.wait_for("a worker that serves", lambda: '"SERVING"' in self.run_command(check)[0])

    def command_with(self, text):
        found = [command for command in commands_of_the_page() if text in command]
        self.assertEqual(len(found), 1, f"commands with {text}: {found}")
        return found[0]

    def test_every_command_is_known_to_a_test(self):
        known = [*ANSWERS, "build/bin/easel-worker", SOCKET, TLS_ADDRESS, *ADMINS, *BACKUP]
        for command in commands_of_the_page():
            self.assertEqual(len([text for text in known if text in command]), 1, command)

    def test_the_commands_for_a_worker_at_the_default_address(self):
        program, *arguments = self.command_with("build/bin/easel-worker").split()
        self.assertEqual(program, "build/bin/easel-worker")
        self.service.environment["EASEL_WORKER_ADDRESS"] = "127.0.0.1:0"
        address = self.start_worker(*arguments)
        self.wait_until_serving(address)
        commands = [c.replace(ADDRESS, address) for c in commands_of_the_page() if ADDRESS in c]
        long_job = None
        for command in commands:
            wanted = next(answer for text, answer in ANSWERS.items() if text.replace(ADDRESS, address) in command)
            if LONG_JOB in command:
                long_job = self.shell(command)
                self.addCleanup(long_job.kill)
            elif "ImageService/Cancel" in command:
                self.cancel(command, long_job)
            else:
                self.expect(command, wanted)
        for picture in ("circle.png", "blue.png"):
            self.assertEqual((self.folder / picture).read_bytes()[:8], PNG, picture)

    def cancel(self, command, job):
        """Until the job is there to be found."""
        self.service.wait_for("a job to cancel", lambda: '"found": true' in self.run_command(command)[0])
        output = job.communicate(timeout=300)[0]
        self.assertNotEqual(job.returncode, 0)
        self.assertIn('"reason": "CANCELLED"', output)

    def test_the_commands_for_admins_and_keys(self):
        self.service.start_gateway()
        address = f"127.0.0.1:{self.service.port}"
        create, reset, admins, remove, make_key, use_key = (self.command_with(text).replace(GATEWAY, address) for text in ADMINS)
        self.expect(f"echo 'the first password' | {create}", "was made")
        (self.folder / "password.txt").write_text("another password\n")
        self.expect(reset, "was changed")
        self.expect(make_key.replace("-u ada", "-u 'ada:the first password'"), "unauthorized")
        output, went_well = self.run_command(make_key.replace("-u ada", "-sS -u 'ada:another password'"))
        self.assertTrue(went_well, output)
        self.expect(use_key.replace("easel_…", json.loads(output)["key"]), '"queue"')
        self.expect(use_key.replace("easel_…", "easel_unknown"), "unauthorized")
        self.expect(admins, "ada  made ")
        self.expect(remove, "was removed")

    def test_the_commands_for_backup_and_restore(self):
        places = {"/backups": self.folder, "/var/lib/easel": self.service.data}
        back_up, move, restore = (self.command_with(text) for text in BACKUP)
        for there, here in places.items():
            back_up, move, restore = (command.replace(there, str(here)) for command in (back_up, move, restore))
        self.service.start_gateway()
        made = self.service.request("POST", "/api/pranks", {"title": "Kept", "share_slug": "kept"})
        self.assertEqual(made.status, 201, made.body)
        self.expect(back_up, "quick_check ok")
        self.service.kill(self.service.gateway)
        self.expect(move, "")
        self.expect(restore, "")
        self.service.start_gateway()
        self.assertEqual(self.service.get("/api/pranks/kept").json()["title"], "Kept")

    def test_the_command_for_a_worker_at_a_socket(self):
        self.start_worker("--address", self.service.worker_address)
        self.expect(self.command_with(SOCKET).replace(SOCKET, self.service.worker_address), '"version"')

    def test_the_command_for_a_worker_that_wants_certificates(self):
        output, went_well = self.run_command(CERTIFICATES)
        if not went_well:
            self.skipTest(f"openssl makes no certificates here: {output}")
        files = {"--tls-cert": "server.pem", "--tls-key": "server.key", "--client-ca": "ca.pem"}
        options = [part for flag, file in files.items() for part in (flag, str(self.folder / file))]
        address = self.start_worker("--address", "127.0.0.1:0", *options)
        command = self.command_with(TLS_ADDRESS).replace(TLS_ADDRESS, address)
        self.expect(command, '"version"')
        without = command.replace("-cert caller.pem -key caller.key", "-connect-timeout 5")
        self.assertFalse(self.run_command(without)[1], "a caller without a certificate")


def main():
    global PROGRAMS
    if not GRPCURL:
        print("skipped: there is no grpcurl (./dev test builds one where there is a network and a Go, or gets one)")
        return SKIPPED
    PROGRAMS = sys.argv.pop(1)
    return unittest.main(verbosity=2)


if __name__ == "__main__":
    sys.exit(main())
