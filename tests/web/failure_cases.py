"""What the page says when something fails, and how it goes on."""

import os
import signal

import fake_gateway
import page_case


class FailureCase(page_case.PageCase):
    # The browser itself logs answers of 4xx and 5xx, and connections that break.
    complaints = ("Failed to load resource", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE")

    @page_case.fake_only
    def test_says_that_the_worker_is_down_and_that_it_is_back(self):
        with self.held():
            self.page.generate("interrupted", steps=100)
            self.page.until_text(".job .phase", "step")
            self.fake.worker.kill()
        self.page.until_text(".job h3", "The worker ended")
        self.page.until_text("#status-text", "Worker down")
        self.page.until_text("#banner", "connection refused")
        self.picture("worker-down")
        self.page.generate("not taken", steps=3)
        self.page.until_text(".job h3", "The worker is down")
        self.fake.worker.reachable = True
        self.page.until_text("#status-text", "Ready")
        self.assertFalse(self.page.find("#banner").is_displayed())
        self.page.click(".job .actions .button")
        self.page.wait_for_result()

    @page_case.fake_only
    def test_says_that_the_queue_is_full_and_tries_again(self):
        self.fake.refuse_next = ["queue_full"] * 2
        self.page.generate("patient", steps=2)
        self.page.until_text(".job h3", "The queue is full")
        self.page.until_text(".job", f"Trying again in {fake_gateway.RETRY_SECONDS} s")
        self.picture("queue-full")
        self.page.until_text(".job", f"Trying again in {2 * fake_gateway.RETRY_SECONDS} s")
        self.page.wait_for_result()

    @page_case.fake_only
    def test_does_not_try_again_when_the_user_minds(self):
        self.fake.refuse_next = ["queue_full"]
        self.page.generate("impatient", steps=2)
        self.page.until_text(".job", "Trying again in")
        self.page.click(".job .actions .button:last-child")
        self.assertNotIn("Trying again", self.page.text(".job"))
        self.assertEqual(len(self.fake.worker.jobs), 0)

    @page_case.fake_only
    def test_explains_what_failed(self):
        cases = (
            ("fail:out_of_memory", "Not enough memory", "9.1 GiB"),
            ("fail:storage_failed", "The picture could not be stored", "no space left"),
            ("refuse:model_missing", "The model is not installed", "model_missing"),
            ("fail:something_new", "Something went wrong", "something failed"),
        )
        for prompt, title, detail in cases:
            with self.subTest(prompt):
                self.page.generate(prompt, steps=4)
                self.page.until_text(".job h3", title)
                self.assertIn(detail, self.page.text(".job"))
                self.page.until(lambda: title in self.page.find("#assertive").get_property("textContent"), "the alert")  # noqa: B023

    @page_case.fake_only
    def test_shows_a_refusal_beside_the_field_that_it_names(self):
        self.page.generate("refuse:invalid_field")
        self.page.until_text("#steps-error", "900 is more than")
        self.assertEqual(self.page.find("#steps").get_attribute("aria-invalid"), "true")

    def test_checks_the_form_before_it_asks(self):
        self.page.generate("")
        self.page.until_text("#prompt-error", "Say what")
        self.assertEqual(self.page.focused().get_attribute("id"), "prompt")
        self.page.generate("too large", width=4096, steps=0)
        self.page.until_text("#width-error", "16 to 768")
        self.page.until_text("#steps-error", "1 to 200")
        self.assertEqual(self.page.focused().get_attribute("id"), "width")
        self.page.set_at_once("prompt", "x" * 4097)
        self.page.click("#generate")
        self.page.until_text("#prompt-error", "At most 4096")
        self.assertEqual(self.page.all(".job"), [])

    @page_case.fake_only
    def test_joins_again_when_the_connection_breaks(self):
        self.fake.broken_streams = 3
        self.page.generate("over a bad line", steps=60)
        self.page.until_text(".job .phase", "Connection lost")
        self.page.until_text(".job .phase", "step")
        self.page.wait_for_result()
        self.assertEqual(len(self.fake.worker.jobs), 1)

    @page_case.fake_only
    def test_says_that_the_gateway_does_not_answer(self):
        port = self.fake.server.server_address[1]
        self.fake.stop()
        self.page.until_text("#status-text", "No connection")
        self.page.generate("into the void")
        self.page.until_text(".job h3", "The gateway does not answer")
        self.fake = fake_gateway.FakeGateway(port, self.step_seconds).start()
        self.addCleanup(self.fake.stop)
        self.page.until_text("#status-text", "Ready")
        self.page.click(".job .actions .button")
        self.page.wait_for_result()

    @page_case.fake_only
    def test_names_the_models_that_are_missing_and_why(self):
        missing = self.page.find("#engine option[value=flux_dev]")
        self.assertEqual((missing.is_enabled(), missing.text), (False, "FLUX.1 dev (not installed)"))
        self.page.click("#model-problems summary")
        self.assertIn("hf download", self.page.text("#model-problems"))

    @page_case.fake_only
    def test_keeps_to_the_limits_of_the_chosen_model(self):
        self.page.find("#engine option[value=words_only]").click()
        self.assertEqual((self.page.value("width"), self.page.value("steps"), self.page.value("guidance")), ("256", "4", ""))
        self.assertIn("256", self.page.text("#size-hint"))
        self.assertFalse(self.page.find("#start-file").is_enabled())
        self.page.generate("small")
        self.page.wait_for_result()


class LastCase(page_case.PageCase):
    """Runs after all others, since nothing works any more then."""

    complaints = FailureCase.complaints

    def test_says_that_a_killed_worker_is_down(self):
        if page_case.Settings.worker_pid is None:
            self.skipTest("needs --worker-pid")
        self.page.generate("killed in mid-generation", steps=200)
        self.page.until_text(".job .phase", "step")
        os.kill(page_case.Settings.worker_pid, signal.SIGKILL)
        self.page.until_text(".job h3", "The worker ended")
        self.page.until_text(".job", "memory may have run out")
        self.page.until_text("#status-text", "Worker down")
        self.page.until(lambda: self.page.tiles()[0].accessible_name.startswith("Failed"), "its tile")
