"""Both processes with the demo model: what is promised when one of them dies, hangs or is told to end.

    python3 tests/end_to_end/service_test.py FOLDER_OF_PROGRAMS [NAME...]
"""

import signal
import sys
import threading
import unittest

from service import Service

PROGRAMS = None
LONG = dict(steps=200, num_images=8)  # some seconds, also on a fast machine


class ServiceCase(unittest.TestCase):
    def setUp(self):
        self.service = Service(PROGRAMS)
        self.service.__enter__()
        self.addCleanup(self.service.__exit__)

    def in_background(self, **fields):
        """Starts a generation; the list holds its answer once there is one."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.service.generate(**fields)))
        thread.start()
        self.addCleanup(thread.join)
        return answers, thread

    def test_draws_a_picture_that_lies_where_the_answer_says(self):
        answer = self.service.generate(seed=3, steps=4)
        self.assertEqual(answer.status, 200, answer.body)
        result = answer.json()
        self.assertEqual((result["seed"], result["steps"], result["width"]), (3, 4, 128))
        picture = self.service.get(result["image_url"])
        self.assertEqual(picture.body[:8], b"\x89PNG\r\n\x1a\n")
        self.assertIn(b"a large red circle", picture.body)
        self.assertEqual(self.service.get(result["thumbnail_url"]).body[8:12], b"WEBP")
        again = self.service.generate(seed=3, steps=4).json()
        self.assertEqual(self.service.get(again["image_url"]).body, picture.body, "the same seed")

    def test_a_worker_killed_in_the_middle_is_a_503_with_the_cause_and_a_failed_row(self):
        answers, thread = self.in_background(**LONG)
        generation = self.service.wait_until_drawing()
        self.service.kill(self.service.worker)
        thread.join()
        self.assertEqual(answers[0].status, 503, answers[0].body)
        told = answers[0].json()
        self.assertEqual(told["error"], "worker_lost")
        self.assertIn("the worker ended while it made the picture", told["message"])
        self.assertIn("ask again when it is back", told["message"])
        row = self.service.get(f"/api/generations/{generation}").json()
        self.assertEqual((row["status"], row["error"]["error"]), ("failed", "worker_lost"))
        self.assertEqual(row["error"]["message"], told["message"])
        events = self.service.get(f"/api/generations/{generation}/events").body.decode()
        self.assertIn("event: error", events)
        self.assertIn(told["message"], events)
        while_down = self.service.generate(steps=1)
        self.assertEqual((while_down.status, while_down.json()["error"]), (503, "worker_unavailable"))
        self.assertIn("does not answer", while_down.json()["message"])
        self.assertEqual(self.service.get("/healthz").status, 200)
        self.assertEqual(self.service.get("/readyz").status, 503)
        self.service.start_worker()
        self.service.wait_for("the worker", lambda: self.service.get("/readyz").status == 200)
        self.assertEqual(self.service.generate(steps=1).status, 200)

    def test_a_worker_that_hangs_hides_neither_history_nor_status(self):
        self.assertEqual(self.service.generate(steps=1).status, 200)
        self.service.worker.send_signal(signal.SIGSTOP)
        self.service.wait_for(
            "the status to say so", lambda: not self.service.get("/api/status").json()["worker"]["reachable"]
        )
        self.assertEqual(len(self.service.get("/api/generations").json()["items"]), 1)
        self.service.worker.send_signal(signal.SIGCONT)
        self.service.wait_for("the worker", lambda: self.service.get("/readyz").status == 200)
        self.assertEqual(self.service.generate(steps=1).status, 200)

    def test_a_caller_that_cancels_stops_the_generation(self):
        answers, thread = self.in_background(**LONG)
        generation = self.service.wait_until_drawing()
        self.assertEqual(self.service.request("DELETE", f"/api/generations/{generation}").status, 202)
        thread.join()
        self.assertEqual(answers[0].json()["error"], "cancelled")
        self.service.wait_for("an idle worker", lambda: not self.service.get("/api/status").json()["running"])
        self.assertEqual(self.service.get(f"/api/generations/{generation}").json()["status"], "cancelled")

    def test_sigterm_lets_the_running_generation_finish_and_ends_both_with_zero(self):
        answers, thread = self.in_background(steps=40)
        self.service.wait_until_drawing()
        self.service.gateway.terminate()
        self.assertEqual(self.service.gateway.wait(), 0)
        thread.join()
        self.assertEqual(answers[0].status, 200, answers[0].body)
        self.service.worker.terminate()
        self.assertEqual(self.service.worker.wait(), 0)


def main():
    global PROGRAMS
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
