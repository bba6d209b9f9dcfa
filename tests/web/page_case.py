"""What the tests of the page have in common: a gateway, a browser, and no complaints on its console."""

import contextlib
import os
import pathlib
import tempfile
import unittest

import browser
import fake_gateway
import page

AXE = pathlib.Path(
    os.environ.get("EASEL_AXE") or pathlib.Path(tempfile.gettempdir()) / "easel-axe/node_modules/axe-core/axe.min.js"
)


class Settings:
    """Of the command line."""

    gateway = None  # URL of a real one
    worker_pid = None  # of its worker
    screenshots = None  # folder


class PageCase(unittest.TestCase):
    step_seconds = 0.03
    pictures = 0  # in the fake gateway's history
    complaints = ()  # parts of messages on the console that a test expects

    @classmethod
    def setUpClass(cls):
        cls.driver = browser.open_browser()
        cls.addClassCleanup(browser.close_browser, cls.driver)

    def setUp(self):
        self.fake = None
        if Settings.gateway is None:
            self.fake = fake_gateway.FakeGateway(step_seconds=self.step_seconds).start()
            self.addCleanup(self.fake.stop)
            self.fake.worker.add_finished(self.pictures)
        self.page = page.Page(self.driver, Settings.gateway or self.fake.url)
        browser.resize(self.driver, 1280, 900)
        self.driver.get_log("browser")
        self.page.open()
        self.driver.execute_script("localStorage.clear()")
        self.driver.refresh()
        self.page.open()

    def tearDown(self):
        messages = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        unexpected = [text for text in messages if not any(part in text for part in self.complaints)]
        self.assertEqual(unexpected, [])
        self.driver.get("about:blank")

    @contextlib.contextmanager
    def held(self):
        """Jobs stay in the middle of their steps until the end of the block, however slow the browser is; a real worker's go on."""
        if self.fake is None:
            yield
            return
        self.fake.worker.hold(True)
        try:
            yield
        finally:
            self.fake.worker.hold(False)

    def picture(self, name):
        """A screenshot, where a folder was given for them."""
        if Settings.screenshots:
            os.makedirs(Settings.screenshots, exist_ok=True)
            self.driver.save_screenshot(str(pathlib.Path(Settings.screenshots) / f"{name}.png"))

    def serious_findings(self):
        """What axe finds serious or critical on the page as it is now."""
        self.driver.execute_script(AXE.read_text() + "; window.axe = axe")
        found = self.driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[0])")
        return [(violation["id"], violation["nodes"][0]["html"][:200], violation["nodes"][0]["failureSummary"])
                for violation in found["violations"] if violation["impact"] in ("serious", "critical")]  # fmt: skip


def fake_only(function):
    """For what a real gateway cannot be made to do from here."""

    def test(self):
        if self.fake is None:
            self.skipTest("needs the fake gateway")
        function(self)

    test.__name__ = function.__name__
    return test
