"""The pages of pranks in a real Chromium, at the real gateway and worker:

    PYTHON prank_page_test.py FOLDER_OF_PROGRAMS [--screenshots FOLDER] [NAME...]

PYTHON is one that has Selenium. Exits with 77 where no browser is to be had.
"""

import sys

import chromium_pages

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>\u202e"


class PrankPageCase(chromium_pages.PagesCase):
    def create(self, title, slug=""):
        """Makes a prank as its maker would; the share slug."""
        self.driver.get(f"{self.url}/builder")
        self.page.until(lambda: self.page.find("#new-form").is_displayed(), "the form of a new prank")
        self.page.set_at_once("new-title", title)
        if slug:
            self.page.fill(**{"new-share_slug": slug})
        self.page.click("#new-form .primary")
        self.page.until(lambda: (found := self.page.find("#prank")) and found.is_displayed(), "the prank")
        return self.page.value("share-link").rsplit("/", 1)[1]

    def add_trigger(self, phrase, side, match="contains"):
        before = len(self.page.all(".trigger"))
        self.page.click("#add")
        self.page.until(lambda: self.page.find("#sheet").get_property("open"), "the dialog")
        self.page.set_at_once("phrase", phrase)
        self.page.find(f"#match option[value={match}]").click()
        self.page.find("#picture").send_keys(self.png(side))
        self.page.until(lambda: self.page.find(".picked img").is_displayed(), "the picture in the dialog")
        self.look("trigger-dialog")
        self.page.click(".trigger-form .primary")
        self.page.until(lambda: len(self.page.all(".trigger")) == before + 1, "the new trigger")

    def visit(self, slug):
        self.driver.get(f"{self.url}/p/{slug}")
        self.page.until(lambda: self.page.text("#title") not in ("", "Image maker"), "the prank's title")

    def ask(self, prompt):
        """The answer's picture, once its pixels are there."""
        before = len(self.page.all(".answer"))
        self.page.fill(prompt=prompt)
        self.page.click("#generate")
        self.page.until(lambda: len(self.page.all(".answer")) == before + 1, "a new answer")
        shown = self.page.until(lambda: self.page.find(".answer:first-child .answer-picture"), "a picture")
        self.page.until(lambda: shown.get_property("naturalWidth") > 0, "its pixels")
        return shown

    def test_a_trigger_answers_with_its_picture_and_everything_else_is_drawn(self):
        slug = self.create("Imagination Station")
        self.assertEqual(slug, "imagination-station")
        self.add_trigger("Purple Café", 96)
        self.look("builder")
        self.visit(slug)
        self.look("prank-empty")
        chosen = self.ask("please, the PURPLE cafe at night")
        self.assertEqual(chosen.get_property("naturalWidth"), 96)
        self.look("prank-trigger")
        drawn = self.ask("a large red circle")
        self.assertEqual(drawn.get_property("naturalWidth"), 128)
        self.look("prank-drawn")
        for answer in self.page.all(".answer"):
            self.assertEqual([button.text for button in answer.find_elements("css selector", ".button")], ["Download"])
        self.assertNotIn("builder", self.driver.page_source)

    def test_the_maker_orders_changes_and_deletes_triggers(self):
        slug = self.create("Order", "order-of-triggers")
        self.add_trigger("first words", 64)
        self.add_trigger("second words", 80)

        def phrases():
            return [row.text for row in self.page.all(".trigger strong")]

        top, bottom = phrases()
        self.page.click(".trigger:last-child button[aria-label^='Move up']")
        self.page.until(lambda: phrases() == [bottom, top], "the other order")
        self.page.click(".trigger:first-child button[aria-label^='Edit']")
        self.page.until(lambda: self.page.find("#sheet").get_property("open"), "the dialog")
        self.page.set_at_once("phrase", "changed words")
        self.page.click(".trigger-form .primary")
        self.page.until(lambda: phrases() == ["changed words", top], "the changed phrase")
        self.page.until(lambda: self.focused() == "Edit “changed words”", "the keyboard where it was")
        self.driver.refresh()
        self.page.until(lambda: phrases() == ["changed words", top], "the same after a reload")
        self.page.click(".trigger:last-child button[aria-label^='Delete']")
        self.page.click("#sheet .danger")
        self.page.until(lambda: phrases() == ["changed words"], "one trigger less")
        self.page.click("#remove")
        self.page.click("#sheet .danger")
        self.page.until_text("#missing-title", "no such prank")
        self.complaints = ("404",)
        self.driver.get(f"{self.url}/p/{slug}")
        self.page.until_text("#missing-title", "Nothing is here")
        self.look("prank-missing")

    def focused(self):
        return self.driver.switch_to.active_element.get_attribute("aria-label")

    def hold(self, method):
        """Answers to `method` are made but not given to the page, until let_go()."""
        self.driver.execute_script(
            """const [method] = arguments, real = window.fetch; window.held = [];
            window.fetch = (path, options) => {
              const answer = real(path, options);
              if ((options?.method ?? 'GET') !== method || window.held === null) return answer;
              return new Promise((resolve) => window.held.push(() => resolve(answer)));
            };""",
            method,
        )

    def let_go(self):
        self.page.until(lambda: self.driver.execute_script("return window.held.length") > 0, "an answer")
        self.driver.execute_script("const held = window.held; window.held = null; held.forEach((give) => give())")

    def settle(self):
        """What the page does at once with an answer has been done."""
        self.driver.execute_async_script("const done = arguments[0]; setTimeout(done, 300)")

    def phrases(self):
        return [row.text for row in self.page.all(".trigger strong")]

    def test_a_picture_that_is_read_slowly_does_not_replace_a_later_one(self):
        slug = self.create("Slow pictures", "slow-pictures")
        self.page.click("#add")
        self.page.set_at_once("phrase", "the later one")
        self.driver.execute_script(
            """const real = FileReader.prototype.readAsDataURL; window.reads = [];
            FileReader.prototype.readAsDataURL = function (file) { window.reads.push(() => real.call(this, file)); };"""
        )
        for side in (64, 96):
            self.page.find("#picture").send_keys(self.png(side))
        self.page.until(lambda: self.driver.execute_script("return window.reads.length") == 2, "both readings")
        self.driver.execute_script("window.reads[1]()")
        self.page.until(lambda: self.page.find(".picked img").get_property("naturalWidth") == 96, "the later one")
        self.driver.execute_script("window.reads[0]()")
        self.settle()
        self.assertEqual(self.page.find(".picked img").get_property("naturalWidth"), 96)
        self.page.click(".trigger-form .primary")
        self.page.until(lambda: self.phrases() == ["the later one"], "the trigger")
        self.visit(slug)
        self.assertEqual(self.ask("the later one").get_property("naturalWidth"), 96)

    def test_what_is_saved_late_leaves_another_dialog_alone(self):
        from selenium.webdriver.common.keys import Keys

        self.create("Late", "late-answers")
        self.add_trigger("one", 64)
        self.add_trigger("two", 80)
        first, second = self.phrases()
        self.hold("PATCH")
        self.page.click(".trigger:first-child button[aria-label^='Edit']")
        self.page.set_at_once("phrase", "changed late")
        self.page.click(".trigger-form .primary")
        self.page.press(Keys.ESCAPE)
        self.page.until(lambda: not self.page.find("#sheet").get_property("open"), "no dialog")
        self.page.click(".trigger:last-child button[aria-label^='Edit']")
        self.let_go()
        self.page.until(lambda: self.phrases() == ["changed late", second], "the change of " + first)
        self.assertTrue(self.page.find("#sheet").get_property("open"))
        self.assertEqual(self.page.value("phrase"), second)

    def test_an_answer_that_comes_late_replaces_no_later_one(self):
        self.create("Late lists", "late-lists")
        self.add_trigger("stays", 64)
        self.add_trigger("goes", 80)
        self.hold("GET")
        self.page.click("#title-form button")
        self.page.until(lambda: self.driver.execute_script("return window.held.length") == 1, "a held answer")
        self.driver.execute_script("window.first = window.held; window.held = null")
        self.page.click("button[aria-label='Delete “goes”']")
        self.page.click("#sheet .danger")
        self.page.until(lambda: self.phrases() == ["stays"], "one trigger less")
        self.driver.execute_script("window.first.forEach((give) => give())")
        self.settle()
        self.assertEqual(self.phrases(), ["stays"])

    def test_two_moves_at_once_move_twice(self):
        self.create("Moves", "two-moves")
        for phrase in ("a", "b", "c"):
            self.add_trigger(phrase, 64)
        top, middle, bottom = self.phrases()
        self.driver.execute_script(
            "const down = document.querySelector('.trigger button[aria-label^=\"Move down\"]'); down.click(); down.click()"
        )
        self.page.until(lambda: self.phrases() == [middle, bottom, top], "the first one last")

    def test_hostile_words_stay_words(self):
        slug = self.create(HOSTILE, "hostile-words")
        self.add_trigger(HOSTILE, 64)
        self.assertEqual(self.page.find(".trigger strong").get_property("textContent"), HOSTILE)
        self.assertEqual(self.page.all(".trigger strong *, .trigger script"), [])
        self.visit(slug)
        self.assertEqual(self.page.find("#title").get_property("textContent"), HOSTILE)
        self.assertEqual(self.page.all("#title *"), [])
        self.page.set_at_once("prompt", HOSTILE)
        self.page.click("#generate")
        self.page.until(lambda: self.page.find(".answer .answer-picture"), "the trigger's picture")
        self.assertEqual(self.page.find(".answer .prompt").get_property("textContent"), HOSTILE)
        self.assertEqual(self.driver.title, HOSTILE.strip())

    def test_tells_what_is_wrong_beside_the_field(self):
        self.create("Taken", "taken-address")
        self.complaints = ("409", "400")
        self.driver.get(f"{self.url}/builder")
        self.page.click("#new-form .primary")
        self.page.until_text("#new-title-error", "needed")
        self.page.fill(**{"new-title": "Another", "new-share_slug": "taken-address"})
        self.page.click("#new-form .primary")
        self.page.until_text("#new-share_slug-error", "taken")
        self.page.fill(**{"new-share_slug": "Not A Slug"})
        self.page.click("#new-form .primary")
        self.page.until_text("#new-share_slug-error", "3-64")

    def test_the_maker_changes_the_address(self):
        self.create("Other", "address-of-other")
        self.create("Moves", "address-before")
        self.complaints = ("409", "400", "404")
        self.page.fill(**{"prank-share_slug": "Not A Slug"})
        self.page.click("#address-form .button")
        self.page.until_text("#prank-share_slug-error", "3-64")
        self.page.fill(**{"prank-share_slug": "address-of-other"})
        self.page.click("#address-form .button")
        self.page.until_text("#sheet", "/p/address-before")
        self.look("builder-address")
        self.page.click("#sheet .danger")
        self.page.until_text("#prank-share_slug-error", "taken")
        self.assertTrue(self.page.value("share-link").endswith("/p/address-before"))
        self.page.fill(**{"prank-share_slug": "address-after"})
        self.page.click("#address-form .button")
        self.page.click("#sheet .danger")
        self.page.until(lambda: self.page.value("share-link").endswith("/p/address-after"), "the new link")
        self.assertEqual(self.page.text("#prank-share_slug-error"), "")
        self.driver.get(f"{self.url}/p/address-before")
        self.page.until_text("#missing-title", "Nothing is here")
        self.driver.get(f"{self.url}/p/address-after/")
        self.page.until_text("#title", "Moves")

    def test_fits_into_360_pixels_and_axe_finds_nothing_serious(self):
        slug = self.create("A title that is rather long for a small screen, as titles are", "small-screens")
        self.add_trigger("w" * 60, 64)
        self.resize(360, 740)
        self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
        self.look("builder-small")
        builder = self.driver.current_url
        for scheme in ("light", "dark"):
            self.prefer(scheme)
            self.driver.get(builder)
            self.page.until(lambda: self.page.all(".trigger"), "the trigger")
            self.check_with_axe()
            self.page.click("#add")
            self.check_with_axe()
            self.visit(slug)
            self.ask("w" * 60)
            self.assertLessEqual(self.page.sideways()[0], 0, self.page.sideways())
            self.check_with_axe()
            self.look(f"prank-small-{scheme}")

    def test_works_by_keyboard_alone(self):
        from selenium.webdriver.common.keys import Keys

        slug = self.create("Keyboard", "by-keyboard")
        self.page.tab_to("#add")
        self.page.press(Keys.ENTER)
        self.page.until(lambda: self.page.find("#sheet").get_property("open"), "the dialog")
        self.page.press("typed words")
        self.page.tab_to("#picture")
        self.page.find("#picture").send_keys(self.png(64))
        self.page.until(lambda: self.page.find(".picked img").is_displayed(), "the picture in the dialog")
        self.page.tab_to(".trigger-form .primary")
        self.page.press(Keys.ENTER)
        self.page.until(lambda: self.page.all(".trigger"), "the trigger")
        self.visit(slug)
        self.page.tab_to("#prompt")
        self.page.press("typed words", (Keys.CONTROL, Keys.ENTER))
        self.page.until(lambda: self.page.find(".answer .answer-picture"), "the trigger's picture")


if __name__ == "__main__":
    sys.exit(chromium_pages.main(PrankPageCase, __doc__))
