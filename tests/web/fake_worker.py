"""What the fake gateway has in place of a worker: one job at a time, scripted events, a bounded queue.

A prompt that contains `fail:CODE` fails with that code after some steps, `refuse:CODE` at once;
`think` in it makes the job think first.
"""

import base64
import datetime
import re
import threading
import time
import uuid

import tiny_png

QUEUE_LIMIT = 8
PREVIEW_SIDE = 16
DEFAULTS = {"engine": "demo", "steps": 20, "guidance": 3.5, "width": 128, "height": 128, "num_images": 1}
MESSAGES = {
    "out_of_memory": "the picture needs 9.1 GiB, the budget is 6.0 GiB",
    "inference_failed": "the worker failed while it made the picture",
    "worker_lost": "the worker ended while it made the picture; ask again when it is back, and for a smaller "
    "picture if that ends it too: memory may have run out",
    "cancelled": "the generation was cancelled",
    "worker_unavailable": "127.0.0.1:50051 does not answer: connection refused",
    "queue_full": f"{QUEUE_LIMIT} generations wait already",
    "storage_failed": "pictures/0a.png: no space left on device",
    "invalid_field": "steps: 900 is more than the model's 200",
}


def now_text():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Job:
    """A generation with its events so far; `changed` guards it and wakes the readers."""

    def __init__(self, body, changed):
        self.id = body.get("request_id") or uuid.uuid4().hex
        given = {name: value for name, value in body.items() if value is not None}
        self.request = {**DEFAULTS, **given}
        if self.request["engine"] == "auto":
            self.request["engine"] = DEFAULTS["engine"]
        self.changed = changed
        self.events = []  # (sequence, name, data)
        self.cancelled = False
        self.started = time.monotonic()
        self.files = {}  # name → bytes
        self.record = self._first_record()

    def _first_record(self):
        request = self.request
        seed = request.get("seed", uuid.uuid4().int % (1 << 32))
        width, height = (min(768, request[side]) for side in ("width", "height"))
        return {
            "prompt": request["prompt"], "negative_prompt": request.get("negative_prompt"),
            "image_url": None, "thumbnail_url": None, "image_urls": [], "thumbnail_urls": [],
            "model_used": request["engine"], "generation_id": self.id, "seed": seed, "width": width, "height": height,
            "requested_width": request["width"], "requested_height": request["height"], "steps": request["steps"],
            "guidance": request["guidance"], "sampler": "euler", "fingerprint": "ab12cd34" * 8, "status": "queued",
            "duration_seconds": None, "seconds": [], "warnings": [], "created_at": now_text(), "error": None,
        }  # fmt: skip

    def emit(self, name, **data):
        with self.changed:
            self.events.append((len(self.events) + 1, name, {"generation_id": self.id, **data}))
            self.changed.notify_all()

    @property
    def ended(self):
        return self.record["status"] not in ("queued", "running")

    def finish(self):
        """Its pictures, and the last event."""
        for index in range(self.request["num_images"]):
            name = f"{self.id}-{index}" if index else self.id
            picture = tiny_png.draw(self.record["seed"] + index, self.record["width"], self.record["height"])
            self.files[f"/static/generations/{name}.png"] = picture
            self.files[f"/static/thumbnails/{name}.webp"] = picture
            self.record["image_urls"].append(f"/static/generations/{name}.png")
            self.record["thumbnail_urls"].append(f"/static/thumbnails/{name}.webp")
            urls = {"image_url": self.record["image_urls"][-1], "thumbnail_url": self.record["thumbnail_urls"][-1]}
            self.emit("image_ready", index=index, **urls)
        seconds = time.monotonic() - self.started
        self.record.update(
            status="done", image_url=self.record["image_urls"][0], thumbnail_url=self.record["thumbnail_urls"][0],
            duration_seconds=seconds, seconds=[{"stage": "denoise", "seconds": seconds}],
        )  # fmt: skip
        self.emit("result", **self.record)

    def fail(self, code):
        message = MESSAGES.get(code, "something failed")
        status = "cancelled" if code == "cancelled" else "failed"
        self.record.update(status=status, error={"error": code, "message": message})
        self.emit("error", error=code, message=message, request_id=self.id)


class FakeWorker:
    """Thread-safe. Jobs run one after the other in a thread of their own."""

    def __init__(self, step_seconds=0.05):
        self.step_seconds = step_seconds
        self.changed = threading.Condition()  # reentrant
        self.jobs = {}  # by id, in order of arrival
        self.reachable = True
        self.held = False  # jobs stop in the middle of their steps, guarded by changed
        threading.Thread(target=self._run, daemon=True).start()

    def waiting(self):
        return [job for job in self.jobs.values() if job.record["status"] == "queued"]

    def running(self):
        return [job for job in self.jobs.values() if job.record["status"] == "running"]

    def refusal(self, body):
        """The error code for a request that is not taken, or None."""
        if not self.reachable:
            return "worker_unavailable"
        if len(self.waiting()) >= QUEUE_LIMIT:
            return "queue_full"
        refused = re.search(r"refuse:(\w+)", body["prompt"])
        return refused and refused.group(1)

    def submit(self, body, refusal=None):
        job = Job(body, self.changed)
        if refusal:
            job.fail(refusal)
            self.jobs[job.id] = job
            return job
        job.emit("queued", position=len(self.waiting()) + len(self.running()), length=len(self.waiting()) + 1)
        with self.changed:
            self.jobs[job.id] = job
            self.changed.notify_all()
        return job

    def add_finished(self, count):
        """So many pictures in the history, as if made before."""
        for index in range(count):
            prompt, twins = f"an earlier picture, number {index}", index % 7 == 3
            body = {"prompt": prompt, "seed": index, "width": 64, "height": 64, "num_images": 2 if twins else 1}
            job = Job(body, self.changed)
            self.jobs[job.id] = job
            job.finish()

    def cancel(self, job):
        with self.changed:
            job.cancelled = True
            self.changed.notify_all()
            if job.record["status"] == "queued":
                job.fail("cancelled")

    def kill(self):
        """As SIGKILL would: what runs fails, nothing new is taken."""
        self.reachable = False
        with self.changed:
            for job in self.running():
                job.cancelled = "worker_lost"
            self.changed.notify_all()

    def hold(self, held):
        with self.changed:
            self.held = held
            self.changed.notify_all()

    def _run(self):
        while True:
            with self.changed:
                self.changed.wait_for(self.waiting)
                job = self.waiting()[0]
                job.record["status"] = "running"
            failure = self._stages(job)
            if failure:
                job.fail(failure)
            else:
                job.finish()

    def _pause(self, job):
        time.sleep(self.step_seconds)
        if job.cancelled:
            return "cancelled" if job.cancelled is True else job.cancelled
        return None

    def _stages(self, job):
        """Runs the job; gives the code it failed with."""
        steps = job.request["steps"]
        failing = re.search(r"fail:(\w+)", job.request["prompt"])
        for name, units in (("loading", 3), ("encoding", 1)):
            for done in range(1, units + 1):
                job.emit(name, done=done, units=units)
                if failure := self._pause(job):
                    return failure
        if "think" in job.request["prompt"]:
            job.emit("thinking", text="A calm sea, so long waves and soft light. ")
            self._pause(job)
        for step in range(1, steps + 1):
            if failing and step > steps / 2:
                return failing.group(1)
            preview = tiny_png.draw(job.record["seed"], PREVIEW_SIDE, PREVIEW_SIDE, step / steps)
            job.emit("step", step=step, steps=steps, preview="data:image/png;base64," + base64.b64encode(preview).decode())
            if step == (steps + 1) // 2:
                with self.changed:
                    self.changed.wait_for(lambda: job.cancelled or not self.held)
            if failure := self._pause(job):
                return failure
        job.emit("decoding", done=1, units=1)
        return self._pause(job)
