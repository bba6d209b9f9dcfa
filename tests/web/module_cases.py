"""The page's modules that need no page: parsing of events, sizes, words for progress."""

import random

import page_case

STREAM = ": hello\n\nid: 1\nevent: queued\ndata: {\"a\":\ndata: 1}\n\nevent:step\r\nid:2\r\ndata:x\r\n\r\n\rdata: last\r\revent: empty\n\ndata: cut off"
EVENTS = [["queued", "1", '{"a":\n1}'], ["step", "2", "x"], ["message", "2", "last"]]


class ModuleCase(page_case.PageCase):
    def call(self, module, body, *arguments):
        """Runs `body`, with the module as `m` and the arguments as `a`, in the page; gives what it returns."""
        script = f"const a = [...arguments], done = a.pop(); import('/assets/{module}').then((m) => done((() => {{ {body} }})()))"
        return self.driver.execute_async_script(script, *arguments)

    def test_events_are_parsed_however_they_are_cut(self):
        dice = random.Random(7)
        cuttings = [[STREAM], list(STREAM)]
        for _ in range(50):
            places = sorted(dice.sample(range(1, len(STREAM)), 5))
            cuttings.append([STREAM[a:b] for a, b in zip([0, *places], [*places, None])])
        body = (
            "return a[0].map((pieces) => { const parser = new m.EventParser();"
            "return pieces.flatMap((piece) => parser.push(piece)).map(({event, id, data}) => [event, id, data]) })"
        )
        for pieces, events in zip(cuttings, self.call("events.js", body, cuttings)):
            self.assertEqual(events, EVENTS, pieces)

    def test_sizes_keep_to_the_limits_and_to_blocks_of_sixteen(self):
        cases = (
            (({"recommended": {"width": 1024, "height": 1024}}, 768), [768, 768], [768, 432]),
            (({"recommended": {"width": 128, "height": 128}, "allowed": {"side": None}}, 768), [128, 128], [128, 80]),
            (({"recommended": {"width": 512, "height": 256}, "allowed": {"side": [64, 300]}, "max_side": 2048}, 768), [288, 144], [288, 176]),
            (({}, None), None, [1024, 576]),
        )  # fmt: skip
        body = (
            "return a[0].map(([model, most]) => { const range = m.sideRange(model, most); const size = m.recommendedSize(model, range);"
            "const wide = m.presets(model, range).at(-1); return [size && [size.width, size.height], [wide.width, wide.height]] })"
        )
        got = self.call("sizes.js", body, [list(case[0]) for case in cases])
        self.assertEqual(got, [[size, wide] for _, size, wide in cases])

    def test_a_start_picture_keeps_its_own_size_where_it_fits(self):
        body = (
            "const model = {recommended: {width: 512, height: 512}}, range = {lowest: 16, highest: 768};"
            "return a[0].map(([width, height]) => Object.values(m.sizeLike({width, height}, model, range)))"
        )
        pictures = [[256, 512], [4000, 3000], [1024, 512], [33, 99]]
        self.assertEqual(self.call("sizes.js", body, pictures), [[256, 512], [512, 384], [768, 384], [176, 512]])

    def test_the_bar_never_goes_back(self):
        steps = [{"phase": "loading", "done": done, "units": 4} for done in range(5)]
        steps += [{"phase": "encoding", "done": 1, "units": 1}]
        steps += [{"phase": "step", "step": step, "steps": 9} for step in range(1, 10)]
        steps += [{"phase": "decoding", "done": done, "units": 2} for done in range(3)] + [{"phase": "done"}]
        shares = self.call("progress.js", "return a[0].map(m.fraction)", steps)
        self.assertEqual(shares, sorted(shares))
        self.assertEqual(shares[-1], 1)

    def test_who_waits_is_told_how_many_are_ahead(self):
        waiting = [{"phase": "queued", "position": position, "connected": True} for position in (2, 1, 0)]
        words = self.call("progress.js", "return a[0].map(m.phaseText)", waiting)
        self.assertEqual(words, ["Waiting: 2 pictures ahead", "Waiting: 1 picture ahead", "Next in the queue"])
        self.assertEqual(self.call("progress.js", "return a[0].map(m.fraction)", waiting), [None] * 3)

    def test_the_time_left_ignores_replayed_steps(self):
        body = (
            "const clock = new m.StepClock(); let now = 1000; let left;"
            "for (let step = 1; step <= 50; step += 1) left = clock.left({phase: 'step', step, steps: 60}, now += 1);"
            "for (let step = 51; step <= 55; step += 1) left = clock.left({phase: 'step', step, steps: 60}, now += 2000);"
            "return left"
        )
        self.assertAlmostEqual(self.call("progress.js", body), 10, places=3)
