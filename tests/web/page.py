"""The page as a user sees it: what can be read and done, for the tests."""

import time

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WAIT_SECONDS = 120  # a real worker on a busy machine takes its time
POLL_SECONDS = 0.02


class Page:
    def __init__(self, driver, url):
        self.driver = driver
        self.url = url

    def open(self):
        self.driver.get(self.url)
        self.until(lambda: self.find("#engine option:not([value=auto])"), "the list of models")
        return self

    def find(self, selector):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What can be seen of it; "" when there is none."""
        try:
            element = self.find(selector)
            return element.text if element else ""
        except StaleElementReferenceException:
            return ""

    def value(self, name):
        return self.find(f"#{name}").get_property("value")

    def until(self, condition, what, seconds=WAIT_SECONDS):
        """Waits for a true value and gives it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except StaleElementReferenceException:
                pass
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"not seen within {seconds} s: {what}; the page says: {self.text('main')[:600]}")

    def until_text(self, selector, part, seconds=WAIT_SECONDS):
        return self.until(lambda: part in self.text(selector), f"{part!r} in {selector}", seconds)

    def fill(self, **fields):
        """Sets fields as typing would."""
        for name, value in fields.items():
            field = self.find(f"#{name}")
            field.clear()
            field.send_keys(str(value))

    def set_at_once(self, name, value):
        """For texts that a driver cannot type."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        self.driver.execute_script(script, self.find(f"#{name}"), value)

    def generate(self, prompt=None, **fields):
        if prompt is not None:
            fields["prompt"] = prompt
        self.fill(**fields)
        self.click("#generate")

    def click(self, selector):
        element = self.find(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def press(self, *keys):
        """Keys to whatever has the focus; a tuple is held together."""
        actions = ActionChains(self.driver)
        for key in keys:
            if isinstance(key, tuple):
                actions.key_down(key[0]).send_keys(key[1]).key_up(key[0])
            else:
                actions.send_keys(key)
        actions.perform()

    def focused(self):
        return self.driver.execute_script("return document.activeElement")

    def tab_to(self, selector, back=False):
        """Moves the focus by Tab alone."""
        for _ in range(60):
            if self.driver.execute_script("return document.activeElement.matches(arguments[0])", selector):
                return
            self.press((Keys.SHIFT, Keys.TAB) if back else Keys.TAB)
        raise AssertionError(f"Tab does not reach {selector}")

    def wait_for_result(self, seconds=WAIT_SECONDS):
        return self.until(lambda: self.find(".job .result"), "a result", seconds)

    def parameters(self, within=".job"):
        """What a result says of itself: {name: value}."""
        rows = self.all(f"{within} .parameters > div")
        return {row.find_element(By.TAG_NAME, "dt").text: row.find_element(By.TAG_NAME, "dd").text for row in rows}

    def tiles(self):
        return self.all("#grid .tile")

    def sideways(self):
        """Pixels by which the page is wider than its window, and what sticks out."""
        return self.driver.execute_script(
            "const root = document.documentElement;"
            "const out = [...document.querySelectorAll('main *, header *')].filter((e) => "
            "  e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.visually-hidden'));"
            "return [root.scrollWidth - root.clientWidth, out.map((e) => `${e.tagName}.${e.className}`).slice(0, 5)]"
        )
