"""Making pictures, following them, and finding them again."""

import pathlib
import tempfile
import time

import browser
import page_case
import tiny_png

LONG_STEPS = 150


class FlowCase(page_case.PageCase):
    def test_shows_progress_and_preview_and_then_the_result(self):
        with self.held():
            self.page.generate("a red circle on a blue background", steps=40)
            self.page.until_text(".job .phase", "step")
            preview = self.page.until(lambda: self.page.find(".job .preview img:not([hidden])"), "a preview")
            self.assertTrue(preview.get_attribute("src").startswith("data:image/"))
            self.assertGreater(float(self.page.find(".job progress").get_property("value")), 0)
            self.picture("progress")
        self.page.wait_for_result()
        self.picture("result")
        told = self.page.parameters()
        self.assertEqual((told["Model"], told["Steps"], told["Size"]), ("demo", "40", "128 × 128"))
        shown = self.page.until(lambda: self.page.find(".job .result img"), "the picture")
        self.page.until(lambda: shown.get_property("naturalWidth") == 128, "the picture's pixels")
        self.assertEqual(self.page.find(".job a[download]").get_attribute("download"), f"easel-{told['Seed']}.png")
        self.assertEqual(self.page.tiles()[0].accessible_name, "a red circle on a blue background")

    def test_cancels_one_and_finds_both_again_after_a_reload(self):
        self.page.generate("a picture that is finished", steps=5)
        self.page.wait_for_result()
        with self.held():
            self.page.generate("a picture that is cancelled", steps=LONG_STEPS)
            self.page.until_text(".job .phase", "step")
            self.page.click(".job .working .button")
        self.page.until_text(".job h3", "Cancelled")
        self.assertIn("Cancelled", self.page.tiles()[0].accessible_name)
        self.driver.refresh()
        self.page.open()
        self.page.until(lambda: len(self.page.tiles()) >= 2, "two tiles")
        labels = [tile.accessible_name for tile in self.page.tiles()[:2]]
        self.assertEqual(labels, ["Cancelled a picture that is cancelled", "a picture that is finished"])

    def test_joins_a_running_generation_after_a_reload(self):
        with self.held():
            self.page.generate("a picture that takes long", steps=LONG_STEPS)
            self.page.until_text(".job .phase", "step")
            self.driver.refresh()
            self.page.until_text(".job .prompt", "a picture that takes long")
            self.page.until_text(".job .phase", "step")
        self.page.wait_for_result()
        self.driver.refresh()
        self.page.open()
        time.sleep(0.5)
        self.assertEqual(self.page.all(".job"), [])

    def test_keeps_the_form_over_a_reload(self):
        self.page.fill(prompt="kept words", steps=7)
        self.driver.refresh()
        self.page.open()
        self.assertEqual((self.page.value("prompt"), self.page.value("steps")), ("kept words", "7"))

    def test_uses_the_settings_of_a_picture_again(self):
        self.page.generate("a green square", negative_prompt="a circle", steps=4, guidance=2, width=64, height=96)
        self.page.wait_for_result()
        first = self.page.parameters()
        self.page.fill(prompt="something else", steps=9, guidance=1, width=128, negative_prompt="")
        self.page.until(self.page.tiles, "a tile")[0].click()
        self.page.click("#detail .actions .button")
        self.assertFalse(self.page.find("#detail").get_property("open"))
        self.page.click("#generate")
        self.page.wait_for_result()
        second = self.page.until(lambda: self.page.parameters().get("ID") != first["ID"] and self.page.parameters(), "another result")
        changing = ("ID", "Made", "Time")
        self.assertEqual(*[{k: v for k, v in told.items() if k not in changing} for told in (first, second)])
        self.assertEqual(second["Negative prompt"], "a circle")

    def test_draws_a_new_seed_unless_told_to_keep_it(self):
        seeds = []
        for _ in range(2):
            self.page.generate("dice", steps=2)
            self.page.until(lambda: self.page.find(".job .result") and self.page.parameters()["Seed"] not in seeds, "another seed")
            seeds.append(self.page.parameters()["Seed"])
        self.page.click("input[name=seed_mode][value=keep]")
        self.assertEqual(self.page.value("seed"), seeds[1])
        self.page.click("#generate")
        self.page.until(lambda: self.page.all(".working") or self.page.find(".job .result"), "the third")
        self.page.wait_for_result()
        self.assertEqual(self.page.parameters()["Seed"], seeds[1])

    def test_shows_each_of_several_pictures(self):
        self.page.generate("twins", steps=2, num_images=2)
        self.page.wait_for_result()
        self.assertEqual(len(self.page.all(".job .picture img")), 2)
        self.assertEqual([link.text for link in self.page.all(".job a[download]")], ["Download 1", "Download 2"])

    def test_starts_from_a_chosen_picture(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "start.png"
        file.write_bytes(tiny_png.draw(3, 64, 96))
        self.page.find("#start-file").send_keys(str(file))
        self.page.until_text("#start-name", "start.png · 64 × 96")
        self.assertEqual((self.page.value("width"), self.page.value("height")), ("64", "96"))
        self.page.generate("from a picture", steps=4)
        self.page.wait_for_result()
        self.assertEqual(self.page.parameters()["Size"], "64 × 96")
        if self.fake:
            request = list(self.fake.worker.jobs.values())[-1].request
            self.assertTrue(request["image"].startswith("data:image/png;base64,"))
            self.assertEqual(request["strength"], 0.6)
        self.page.click("#start-remove")
        self.assertFalse(self.page.find("#start").is_displayed())

    def test_starts_from_a_picture_of_the_history(self):
        self.page.generate("the first", steps=2)
        self.page.wait_for_result()
        self.page.click(".job .actions .button:nth-child(2)")
        self.page.until_text("#start-name", "128 × 128")

    def test_takes_dropped_and_pasted_pictures_and_refuses_other_files(self):
        give = (
            "const [kind, type, name, bytes] = arguments; const data = new DataTransfer();"
            "data.items.add(new File([new Uint8Array(bytes)], name, {type}));"
            "document.body.dispatchEvent(kind === 'paste' ? new ClipboardEvent('paste', {clipboardData: data, bubbles: true})"
            "  : new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))"
        )
        png = list(tiny_png.draw(1, 32, 32))
        self.driver.execute_script(give, "drop", "image/png", "dropped.png", png)
        self.page.until_text("#start-name", "dropped.png · 32 × 32")
        self.driver.execute_script(give, "paste", "image/png", "image.png", list(tiny_png.draw(1, 48, 32)))
        self.page.until_text("#start-name", "48 × 32")
        self.driver.execute_script(give, "drop", "text/html", "page.html", png)
        self.page.until_text("#image-error", "PNG, JPEG and WebP")
        self.driver.execute_script(give, "drop", "image/png", "broken.png", png[:40])
        self.page.until_text("#image-error", "damaged")

    @page_case.fake_only
    def test_follows_many_at_once_and_finishes_all(self):
        with self.held():
            for number in range(5):
                self.page.generate(f"number {number}", steps=5 if number else LONG_STEPS)
                self.page.until(lambda: len(self.fake.worker.jobs) == number + 1, "its arrival")
                self.page.until(lambda: self.fake.streams <= 2, "all but two to be parked")
            self.page.until_text(".job:last-child .phase", "Drawing")
            self.page.until_text(".job:first-child .phase", "Waiting: ")
            self.page.click(".job:first-child .working .button")  # one that waits, unread
            self.page.until_text(".job:first-child h3", "Cancelled")
        self.page.until(lambda: not self.page.all(".working"), "the end of all")
        # Two that stay and one that starts: a browser opens six connections to a host.
        self.assertLessEqual(self.fake.most_streams, 3)
        # All but the one that was cancelled.
        self.page.until(lambda: len(self.page.all('#grid .tile[data-status="done"]')) == 4, "four pictures")


class HistoryCase(page_case.PageCase):
    pictures = 90

    @page_case.fake_only
    def test_fetches_more_as_one_scrolls(self):
        self.page.until(lambda: len(self.page.tiles()) >= 24, "the first page")
        self.assertLess(len(self.page.tiles()), self.pictures)
        for _ in range(20):
            self.driver.execute_script("window.scrollTo(0, document.documentElement.scrollHeight)")
            time.sleep(0.1)
        self.page.until(lambda: len(self.page.tiles()) == self.pictures, "all tiles")
        self.assertEqual(self.page.tiles()[-1].accessible_name, "an earlier picture, number 0")
        self.assertFalse(self.page.find("#more").is_displayed())

    @page_case.fake_only
    def test_fills_a_large_screen_without_scrolling(self):
        browser.resize(self.driver, 2560, 1440)
        self.driver.refresh()
        self.page.until(lambda: len(self.page.tiles()) >= 72, "three pages")

    @page_case.fake_only
    def test_dialog_goes_to_the_neighbours_and_fetches_more(self):
        self.page.until(lambda: len(self.page.tiles()) >= 24, "the first page")
        self.page.tiles()[0].click()
        for number in range(89, 0, -1):
            self.page.until_text("#detail .prompt", f"number {number}")
            self.page.press("\ue014")  # right
        self.page.until_text("#detail .prompt", "number 0")
        self.assertFalse(self.page.find('[data-step="older"]').is_enabled())
