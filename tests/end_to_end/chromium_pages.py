"""What the tests of pages in a real Chromium at the real service have in common."""

import argparse
import os
import pathlib
import sys
import tempfile
import unittest

from service import Service

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "web"))

SKIPPED = 77


class Settings:
    """Of the command line."""

    service = None
    screenshots = None


class PagesCase(unittest.TestCase):
    complaints = ()  # parts of messages on the console that a test expects

    @classmethod
    def service(cls):
        return Settings.service

    @classmethod
    def setUpClass(cls):
        import browser

        cls.driver = browser.open_browser()
        cls.addClassCleanup(browser.close_browser, cls.driver)

    def setUp(self):
        import page

        self.url = f"http://127.0.0.1:{Settings.service.port}"
        self.page = page.Page(self.driver, self.url)
        self.resize(1000, 900)
        self.prefer("light")
        self.driver.get_log("browser")
        self.pictures = tempfile.TemporaryDirectory(prefix="easel-pages-")
        self.addCleanup(self.pictures.cleanup)

    def tearDown(self):
        messages = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        self.assertEqual([text for text in messages if not any(part in text for part in self.complaints)], [])

    def resize(self, width, height):
        import browser

        browser.resize(self.driver, width, height)

    def prefer(self, scheme):
        """"light" or "dark"."""
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def png(self, side):
        """The path of a square picture."""
        import tiny_png

        file = pathlib.Path(self.pictures.name) / f"{side}.png"
        file.write_bytes(tiny_png.draw(side, side, side))
        return str(file)

    def look(self, name):
        """A screenshot, where a folder was given for them."""
        if Settings.screenshots:
            os.makedirs(Settings.screenshots, exist_ok=True)
            self.driver.save_screenshot(str(pathlib.Path(Settings.screenshots) / f"{name}.png"))

    def check_with_axe(self):
        """That axe finds nothing serious, where it is to be had."""
        import page_case

        if not page_case.AXE.is_file():
            return
        self.driver.execute_script(page_case.AXE.read_text() + "; window.axe = axe")
        found = self.driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[0])")
        self.assertEqual([(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]
                          if each["impact"] in ("serious", "critical")], [])  # fmt: skip


def main(case, description):
    import page_test

    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--screenshots", help="folder for pictures of the pages")
    parser.add_argument("names", nargs="*", help="tests, as unittest -k takes them")
    arguments = parser.parse_args()
    if lacking := page_test.missing():
        print(f"skipped: {lacking} is not installed")
        return SKIPPED
    Settings.screenshots = arguments.screenshots
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in arguments.names] or None
    with Service(arguments.programs) as Settings.service:
        result = unittest.TextTestRunner(verbosity=2).run(loader.loadTestsFromTestCase(case))
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1
