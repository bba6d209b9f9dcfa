"""The page for everybody: small screens, the keyboard alone, screen readers, and hostile words."""

import unittest

import browser
import page_case
from selenium.webdriver.common.keys import Keys

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "</textarea><b>bold</b> {{7*7}} ${7*7} javascript:alert(1) &lt;i&gt;",
    "before \u202etxt.exe\u202c after \u2066\u2067 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \U0001f3a8\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "W" * 3000,
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309" * 100,
)


class AccessCase(page_case.PageCase):
    pictures = 5
    complaints = ("Failed to load resource",)

    def test_shows_hostile_words_as_text(self):
        for words in HOSTILE:
            with self.subTest(words[:30]):
                self.page.set_at_once("prompt", words)
                self.page.generate(steps=2)
                self.page.until(lambda: self.page.find(".job .result .words")
                                and self.page.find(".job .result .words").get_property("textContent") == words, "the words")  # fmt: skip
                self.assertEqual(self.page.all(".job .words *, .job script, .job b"), [])
                self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
        self.assertNotIn("owned", self.driver.title)
        self.page.tiles()[0].click()
        self.assertEqual(self.page.find("#detail .words").get_property("textContent"), HOSTILE[-1])
        self.page.press(Keys.ESCAPE)

    def test_fits_into_360_pixels(self):
        browser.resize(self.driver, 360, 740)
        self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
        self.picture("small")
        with self.held():
            self.page.generate("a small one", steps=40)
            self.page.until_text(".job .phase", "step")
            self.assertEqual(self.page.sideways(), [0, []])
            self.picture("small-progress")
        self.page.wait_for_result()
        self.assertEqual(self.page.sideways(), [0, []])
        self.picture("small-result")
        self.page.until(self.page.tiles, "a tile")
        self.page.click("#grid .tile")
        self.picture("small-detail")
        inner = self.driver.execute_script("const d = document.querySelector('#detail'); return d.scrollWidth - d.clientWidth")
        self.assertLessEqual(inner, 0)
        self.page.press(Keys.ESCAPE)
        self.page.generate("refuse:worker_unavailable" if self.fake else "")
        self.assertEqual(self.page.sideways(), [0, []])

    def test_works_by_keyboard_alone(self):
        self.page.tab_to(".skip")
        self.page.press(Keys.ENTER)
        self.page.tab_to("#prompt")
        self.page.press("by keyboard")
        self.page.tab_to("#steps")
        with self.held():
            self.page.press((Keys.CONTROL, "a"), "150")
            self.page.press((Keys.CONTROL, Keys.ENTER))
            self.page.until_text(".job .phase", "step")
            self.page.tab_to(".job .working .button")
            self.page.press(Keys.ENTER)
            self.page.until_text(".job h3", "Cancelled")
        self.page.until(lambda: self.page.focused().get_attribute("class") == "job panel", "the focus on the card")
        self.page.tab_to("#steps", back=True)
        self.page.press((Keys.CONTROL, "a"), "3", (Keys.CONTROL, Keys.ENTER))
        self.page.wait_for_result()
        self.page.tab_to("#grid .tile")
        self.page.press(Keys.ENTER)
        self.page.until(lambda: self.page.find("#detail").get_property("open"), "the dialog")
        self.page.press(Keys.ARROW_RIGHT)
        self.page.until_text("#detail h2", "Cancelled")
        self.page.press(Keys.ARROW_LEFT, Keys.ESCAPE)
        self.page.until(lambda: not self.page.find("#detail").get_property("open"), "the closed dialog")
        self.assertIn("tile", self.page.focused().get_attribute("class"))

    def test_shows_where_the_focus_is(self):
        for selector in ("#prompt", "#engine", "#presets input", "input[name=seed_mode]", "#start-file", "#generate"):
            self.page.tab_to(selector)
            outlined = self.driver.execute_script(
                "for (let e = document.activeElement; e; e = e.parentElement) {"
                "  const s = getComputedStyle(e); if (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) return true; }"
                "return false")  # fmt: skip
            self.assertTrue(outlined, selector)

    def test_tells_screen_readers_of_progress_without_a_flood(self):
        self.driver.execute_script(
            "window.said = []; new MutationObserver(() => window.said.push(document.querySelector('#polite').textContent))"
            ".observe(document.querySelector('#polite'), {childList: true, characterData: true, subtree: true})")  # fmt: skip
        self.page.generate("spoken", steps=100)
        self.page.wait_for_result()
        said = self.driver.execute_script("return window.said")
        self.assertIn("Drawing: 50 percent", said)
        self.assertEqual(said[-1], "The picture is ready.")
        self.assertLess(len(said), 15, said)

    def test_moves_nothing_where_motion_is_unwelcome(self):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.addCleanup(self.driver.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": []})
        with self.held():
            self.page.generate("still", steps=30)
            self.page.until(lambda: self.page.all(".job"), "its card")
            self.assertEqual(self.driver.execute_script("return document.getAnimations().length"), 0)
        self.page.wait_for_result()

    @unittest.skipUnless(page_case.AXE.is_file(), f"axe-core is not at {page_case.AXE}")
    def test_axe_finds_nothing_serious(self):
        for scheme in ("light", "dark"):
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self._look(scheme, "empty")
            with self.held():
                self.page.generate("looked at by axe", steps=150)
                self.page.until_text(".job .phase", "step")
                self._look(scheme, "progress")
                self.page.click(".job .working .button")
                self.page.until_text(".job h3", "Cancelled")
            self.page.generate("w" * 1000, steps=2)
            self.page.wait_for_result()
            self._look(scheme, "result")
            self.page.click("#grid .tile")
            self._look(scheme, "detail")
            self.page.press(Keys.ESCAPE)
            self.page.generate("")
            self._look(scheme, "errors")
            if self.fake:
                self.fake.worker.reachable = False
                self.page.generate("refuse:worker_unavailable")
                self.page.until_text("#banner", "worker is down")
                self._look(scheme, "down")
                self.page.until(lambda: self.page.find('#grid [data-status="failed"]'), "its tile")
                self.page.click('#grid [data-status="failed"]')
                self._look(scheme, "failed")
                self.page.press(Keys.ESCAPE)
                self.fake.worker.reachable = True
            self.driver.refresh()
            self.page.open()

    def _look(self, scheme, state):
        still = "return document.getAnimations().every((a) => a.effect.getComputedTiming().iterations === Infinity)"
        self.page.until(lambda: self.driver.execute_script(still), "the end of what moves in")
        with self.subTest(scheme=scheme, state=state):
            self.assertEqual(self.serious_findings(), [])
            self.picture(f"{scheme}-{state}")
