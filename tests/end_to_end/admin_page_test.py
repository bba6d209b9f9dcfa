"""The admin's page in a real Chromium, at the real gateway and worker:

    PYTHON admin_page_test.py FOLDER_OF_PROGRAMS [--screenshots FOLDER] [NAME...]

PYTHON is one that has Selenium. Exits with 77 where no browser is to be had.
"""

import sys

import chromium_pages

NAME, PASSWORD = "ada", "correct horse battery staple"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


class AdminPageCase(chromium_pages.PagesCase):
    complaints = ("401",)  # asked who is logged in, and nobody is

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service().make_admin(NAME, PASSWORD)

    def setUp(self):
        super().setUp()
        self.driver.delete_all_cookies()

    def log_in(self, password=PASSWORD):
        self.driver.get(f"{self.url}/admin")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login")
        self.page.fill(name=NAME, password=password)
        self.page.click("#login .primary")

    def open(self, part, title):
        self.driver.execute_script("location.hash = arguments[0]", part)
        self.page.until_text("#part-title", title)
        self.page.until(lambda: "Loading" not in self.page.text("#part-body"), "the part")

    def ask(self, method, path, body=None):
        """Over REST, as the same admin."""
        return self.service().request(method, path, body, self.service().admin_headers(NAME, PASSWORD))

    def test_lets_in_by_the_right_password_alone_and_out_again(self):
        self.log_in("something else, long enough")
        self.page.until_text("#password-error", "wrong")
        self.look("admin-login")
        self.page.fill(password=PASSWORD)
        self.page.click("#login .primary")
        self.page.until_text("#part-title", "Work")
        self.assertEqual(self.driver.execute_script("return document.cookie"), "", "no script can read the session")
        self.driver.refresh()
        self.page.until_text("#part-title", "Work")
        self.page.click("#logout")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login")
        self.driver.refresh()
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login after a reload")

    def test_shows_what_runs_and_cancels_it(self):
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.page.until_text("#part-body", "is ready")
        long_one = self.service().generate_in_background(steps=200, width=512, height=512)
        self.addCleanup(long_one.join)
        self.service().wait_until_drawing()
        button = self.page.until(lambda: self.page.find("#part-body button[aria-label^='Cancel']"), "a generation that runs")
        self.look("admin-work")
        button.click()
        self.page.until_text("#part-body", "Nothing runs.")
        self.open("generations", "Generations")
        self.page.until_text("#part-body", "Cancelled")
        self.look("admin-generations")

    def wait_in_line(self, *names):
        """Generations that wait behind a long one, in this order."""
        long_one = self.service().generate_in_background(steps=200, width=512, height=512, request_id="ahead-of-them")
        self.addCleanup(long_one.join)
        self.addCleanup(self.ask, "DELETE", "/api/generations/ahead-of-them")
        self.service().wait_until_drawing()
        for place, name in enumerate(names, 1):
            waiting = self.service().generate_in_background(prompt=f"the prompt of {name}", request_id=name)
            self.addCleanup(waiting.join)
            self.service().wait_for(name, lambda: self.service().get("/api/status").json()["queue"]["length"] == place)

    def waiting(self):
        return [[cell.text for cell in row.find_elements("css selector", "td")] for row in self.page.all("#part-body [aria-label=Waiting] tbody tr")]

    def test_shows_what_waits_in_its_order_and_cancels_it_by_keyboard(self):
        from selenium.webdriver.common.keys import Keys

        self.wait_in_line("waits-1", "waits-2", "waits-3")
        self.log_in()
        self.page.until(lambda: len(self.waiting()) == 3, "what waits")
        self.assertEqual([row[0] for row in self.waiting()], ["1", "2", "3"])
        self.assertEqual([row[3] for row in self.waiting()], [f"the prompt of waits-{i}" for i in (1, 2, 3)])
        self.assertIn("ahead-of-t", self.page.text("#part-body [aria-label=Running]"))
        self.look("admin-work-waiting")
        for scheme in ("dark", "light"):
            self.prefer(scheme)
            self.resize(360, 740)
            self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
            self.check_with_axe()
            button = self.page.find("button[aria-label='Cancel waits-2']").rect
            self.assertTrue(0 <= button["x"] and button["x"] + button["width"] <= 360, "in reach without scrolling sideways")
            self.driver.execute_script("document.querySelector('[aria-label=Waiting]').scrollIntoView()")
            self.look(f"admin-small-waiting-{scheme}")
        self.resize(1000, 900)
        self.page.tab_to("button[aria-label='Cancel waits-2']")
        drawn = self.page.focused()
        self.page.until(lambda: self.page.focused() != drawn, "the table drawn anew")
        self.assertEqual(self.page.focused().get_attribute("aria-label"), "Cancel waits-2", "the keyboard stays where it was")
        self.page.press(Keys.ENTER)
        self.page.until(lambda: [row[3] for row in self.waiting()] == ["the prompt of waits-1", "the prompt of waits-3"], "one less")
        self.assertEqual([row[0] for row in self.waiting()], ["1", "2"])
        self.assertEqual(self.page.focused().get_attribute("id"), "part", "not at the top of the page")
        for name in ("waits-1", "waits-3"):
            self.page.click(f"button[aria-label='Cancel {name}']")
            self.page.until(lambda: not self.page.find(f"button[aria-label='Cancel {name}']"), "it gone")
        self.page.until_text("#part-body", "Nothing waits.")
        status = self.ask("GET", "/api/generations/waits-2").json()
        self.assertEqual(status["status"], "cancelled")

    def test_what_it_polls_while_nobody_is_there_says_so(self):
        from selenium.webdriver.common.keys import Keys

        self.log_in()
        self.page.until_text("#part-body", "Nothing waits.")
        self.driver.execute_script(
            "window.asked = []; const send = window.fetch;"
            "window.fetch = (path, options) => { asked.push([path, options.headers['X-Unattended'] ?? '']); return send(path, options); }"
        )

        def marks(path):
            return [mark for asked, mark in self.driver.execute_script("return asked") if asked.startswith(path)]

        self.page.press(Keys.SHIFT)
        polls = ("/api/status", "/api/admin/generations")
        self.page.until(lambda: all("" in marks(path) for path in polls), "polls while somebody is there")
        self.driver.execute_script("const now = performance.now.bind(performance); performance.now = () => now() + 61000")
        self.page.until(lambda: all(marks(path)[-1] == "1" for path in polls), "polls while nobody is there")
        self.page.press(Keys.SHIFT)
        self.page.until(lambda: all(marks(path)[-1] == "" for path in polls), "polls after a key")

    def card(self, key):
        return f"#part-body [data-model='{key}']"

    def test_loads_and_unloads_a_model_and_says_what_fits(self):
        self.ask("POST", "/api/admin/models/demo/unload")
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("models", "Models")
        self.page.until_text(self.card("demo"), "Not loaded")
        text = self.page.text(self.card("demo"))
        self.assertIn("Fits: 128 × 128 takes", text)
        self.assertIn("Everything fits and stays in place between requests.", text)
        self.assertRegex(text, r"Up to \d+ × \d+ fits. With a budget, the least that does is [\d.]+ [MG]iB.")
        self.page.click(f"{self.card('demo')} .actions button")
        self.page.until_text(self.card("demo"), "In memory")
        self.assertEqual(self.page.text(f"{self.card('demo')} .actions button"), "Unload")
        self.assertEqual(self.driver.switch_to.active_element.text, "Unload", "the keyboard stays where it was")
        self.page.click(f"{self.card('demo')} summary")
        self.page.until_text(f"{self.card('demo')} table", "transformer")
        self.look("admin-models")
        self.page.click(f"{self.card('demo')} .actions button")
        self.page.until_text(self.card("demo"), "Not loaded")
        self.assertEqual(self.ask("GET", "/api/status").json()["models"], [])

    def test_a_model_that_is_used_leaves_after_its_job(self):
        self.log_in()
        self.page.until_text("#part-title", "Work")
        long_one = self.service().generate_in_background(steps=200, width=512, height=512, request_id="long")
        self.addCleanup(long_one.join)
        self.service().wait_until_drawing()
        self.open("models", "Models")
        self.page.click(f"{self.card('demo')} .actions button")
        self.page.until_text(self.card("demo"), "Leaves when its job ends")
        self.look("admin-models-leaving")
        self.ask("DELETE", "/api/generations/long")
        self.page.until_text(self.card("demo"), "Not loaded")

    def test_a_model_that_another_job_brings_back_is_not_said_to_leave(self):
        self.log_in()
        self.page.until_text("#part-title", "Work")
        for name in ("first", "second"):
            job = self.service().generate_in_background(steps=200, width=512, height=512, request_id=name)
            self.addCleanup(job.join)
            if name == "first":
                self.service().wait_until_drawing()
        self.addCleanup(self.ask, "DELETE", "/api/generations/second")
        self.open("models", "Models")
        self.page.click(f"{self.card('demo')} .actions button")
        self.page.until_text(self.card("demo"), "Leaves when its job ends")
        self.ask("DELETE", "/api/generations/first")
        self.page.until_text(self.card("demo"), "In memory")
        running = self.ask("GET", "/api/status").json()["running"]
        self.assertEqual([job["generation_id"] for job in running], ["second"])

    def test_a_load_that_will_not_fit_is_refused_in_words(self):
        self.complaints = ("401", "503")
        self.service().restart_worker("--memory-budget", "8MiB")
        self.addCleanup(self.service().restart_worker)
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("models", "Models")
        self.page.until_text(self.card("demo"), "Does not fit")
        self.page.click(f"{self.card('demo')} .actions button")
        self.page.until_text(self.card("demo"), "will not fit at any size")
        self.assertIn("--memory-budget", self.page.text(self.card("demo")))
        self.look("admin-models-refused")

    def test_finds_generations_by_words_and_prompts_of_before(self):
        for prompt in ("Crème brûlée on a blue table", "a small green square", "a small green square", HOSTILE):
            self.assertEqual(self.service().generate(prompt=prompt, steps=1, width=64, height=64).status, 200)
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("generations", "Generations")
        self.page.fill(**{"search-words": "CREME brulee"})
        self.page.until(lambda: len(self.page.all("#part-body tbody tr")) == 1, "the one that is found")
        self.page.until_text("#part-body table", "Crème brûlée on a blue table")
        self.look("admin-search")
        self.page.fill(**{"search-words": "zebra"})
        self.page.until_text("#part-body", "Nothing like that was made.")
        # Longer than an address may be: as many words as fit are looked for.
        self.page.set_at_once("search-words", "")
        self.page.until(lambda: len(self.page.all("#part-body tbody tr")) > 1, "all of them")
        self.page.set_at_once("search-words", "Ünbekannt " * 1500)
        self.page.until_text("#part-body", "Nothing like that was made.")
        self.page.click(".prompts summary")
        self.page.until_text(".used-prompts", "2 times")
        self.assertIn(HOSTILE, self.page.text(".used-prompts"))
        self.look("admin-prompts")
        used = next(each for each in self.page.all(".used") if "green square" in each.text)
        used.click()
        self.page.until(lambda: len(self.page.all("#part-body tbody tr")) == 2, "both of that prompt")
        self.assertEqual(self.page.find("#search-words").get_property("value"), "a small green square")
        self.assertNotIn("owned", self.driver.title)

    def test_deletes_a_generation_for_good(self):
        for prompt in ("an owl to keep", "an owl to delete"):
            self.assertEqual(self.service().generate(prompt=prompt, steps=1, width=64, height=64).status, 200)
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("generations", "Generations")
        self.page.fill(**{"search-words": "owl"})
        self.page.until(lambda: len(self.page.all("#part-body tbody tr")) == 2, "both")
        self.page.click("#part-body button[aria-label='Delete “an owl to delete”']")
        self.page.until_text("#sheet", "gone for good")
        self.look("admin-delete")
        self.page.click("#sheet .danger")
        self.page.until(lambda: len(self.page.all("#part-body tbody tr")) == 1, "the one that is left")
        self.assertIn("an owl to keep", self.page.text("#part-body"))
        found = self.ask("GET", "/api/generations?limit=100").body.decode()
        self.assertNotIn("an owl to delete", found)
        self.assertIn("an owl to keep", found)

    def test_makes_a_key_that_is_shown_once_and_revokes_it(self):
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("keys", "Keys")
        self.page.click("#part-actions button")
        self.page.until(lambda: self.page.find("#sheet").get_property("open"), "the dialog")
        self.page.fill(**{"key-name": "the shop", "key-day": 500})
        self.page.click(".trigger-form .primary")
        key = self.page.until(lambda: self.page.text("#made-key"), "the key")
        self.look("admin-key")
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite"], "origin": self.url})
        self.assertEqual(self.page.focused().get_attribute("id"), "copy-key")
        self.page.click("#copy-key")
        self.page.until_text("#copy-key", "Copied")
        self.assertEqual(self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])"), key)
        self.page.click("#sheet .primary")
        self.page.until_text("#part-body", "the shop")
        self.assertNotIn(key, self.driver.page_source)
        self.page.click("#part-body button[aria-label='Revoke the shop']")
        self.page.click("#sheet .danger")
        self.page.until_text("#part-body", "revoked")
        self.look("admin-keys")

    def test_ends_another_session_and_finds_it_in_the_audit_log(self):
        self.service().request("POST", "/api/admin/login", {"name": NAME, "password": PASSWORD})
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("sessions", "Sessions")
        others = self.page.until(lambda: self.page.all("#part-body button[aria-label^='End']"), "another session")
        before = len(others)
        others[0].click()
        self.page.click("#sheet .danger")
        self.page.until(lambda: len(self.page.all("#part-body button[aria-label^='End']")) == before - 1, "one session less")
        self.open("audit", "Audit log")
        self.page.until_text("#part-body", "/api/admin/sessions")
        shown = self.page.text("#part-body")
        for entry in self.ask("GET", "/api/admin/audit?limit=50").json()["items"]:
            self.assertIn(entry["target"], shown, "whole")
        self.assertRegex(shown, r"session [0-9a-f]{16}\b")
        self.assertIn(f"admin {NAME}", shown)
        self.look("admin-audit")

    def test_makes_the_vip_prank_once_and_shows_what_visitors_did(self):
        self.complaints = ("401", "400")
        self.ask("POST", "/api/pranks", {"title": HOSTILE, "share_slug": "hostile-title"})
        self.log_in()
        self.page.until_text("#part-title", "Work")
        self.open("pranks", "Pranks")
        self.page.find("#part-actions button").click()
        self.page.until_text("#part-body", "VIP Imagination Station")
        self.assertIn(HOSTILE, self.page.text("#part-body"))
        self.assertNotIn("owned", self.driver.title)
        self.page.find("#part-actions button").click()
        self.page.until_text("#sheet", "VIP prank already exists")
        self.page.click("#sheet .button")
        self.service().get("/api/pranks/imagine")
        self.page.click("button[aria-label='What visitors of VIP Imagination Station did']")
        self.page.until_text("#sheet", "1 visits")
        self.look("admin-analytics")
        self.page.click("#sheet .primary")
        self.page.click("#part-body a[href^='/builder/']")
        self.page.until(lambda: (found := self.page.find("#prank")) and found.is_displayed(), "the builder")
        self.page.set_at_once("prank-title", "Changed by an admin")
        self.page.click("#title-form .button")
        self.page.until(lambda: self.driver.title.startswith("Changed by an admin"), "the new title")
        self.driver.delete_all_cookies()
        self.driver.refresh()
        self.page.until_text("#missing-title", "Admins alone")

    def test_fits_into_360_pixels_and_axe_finds_nothing_serious(self):
        self.log_in()
        self.page.until_text("#part-title", "Work")
        for scheme in ("light", "dark"):
            self.prefer(scheme)
            for part, title in (("work", "Work"), ("models", "Models"), ("generations", "Generations"), ("pranks", "Pranks"),
                                ("keys", "Keys"), ("sessions", "Sessions"), ("audit", "Audit log")):  # fmt: skip
                with self.subTest(part=part, scheme=scheme):
                    self.resize(360, 740)
                    self.open(part, title)
                    self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
                    self.check_with_axe()
                    self.look(f"admin-small-{part}-{scheme}")
                    self.resize(1000, 900)


if __name__ == "__main__":
    sys.exit(chromium_pages.main(AdminPageCase, __doc__))
