"""The gateway killed under mixed load, now and then with the worker: what it had acknowledged is there afterwards.

    python3 tests/end_to_end/kill_test.py FOLDER_OF_PROGRAMS [NAME...]

EASEL_SOAK_KILLS: how often (10). EASEL_TEST_SEED: of what is drawn by lot, as a run before printed it.
"""

import os
import random
import sqlite3
import sys
import threading
import unittest

from mixed_load import Artist, Keeper, Maker, Visitor
from service import Service

PROGRAMS = None
KILLS = int(os.environ.get("EASEL_SOAK_KILLS", 10))
SEED = int(os.environ.get("EASEL_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
KINDS = {"generation", "file", "prank", "views", "trigger", "answer", "session", "key", "preference"}
OLDER_THINGS = 30  # of each caller that are looked at again after each kill; after the last one all
FILES = {
    "generations": "SELECT picture_file FROM generation_files",
    "thumbnails": "SELECT thumbnail_file FROM generation_files",
    "pranks": "SELECT picture_file FROM prank_triggers UNION SELECT thumbnail_file FROM prank_triggers",
}


class KillCase(unittest.TestCase):
    def setUp(self):
        print(f"EASEL_TEST_SEED={SEED}", file=sys.stderr)
        self.rng = random.Random(SEED)
        self.service = Service(PROGRAMS)
        self.service.__enter__()
        self.addCleanup(self.service.__exit__)

    def make_callers(self):
        makers = [self.caller(Maker, name) for name in ("maker a", "maker b")]
        for maker in makers:
            maker.learn_pictures()
        keeper = self.caller(Keeper, "ada")
        keeper.password = "correct horse battery staple"
        self.service.make_admin(keeper.name, keeper.password)
        artists = [self.caller(Artist, name) for name in ("artist a", "artist b")]
        return [*artists, *makers, keeper, self.caller(Visitor, "visitor")]

    def caller(self, kind, name):
        return kind(self.service, random.Random(self.rng.random()), name)

    def test_nothing_that_was_acknowledged_under_mixed_load_is_lost(self):
        callers = self.make_callers()
        for kill in range(KILLS):
            self.kill_under_load(callers, wait_for_all_kinds=kill == 0)
            for caller in callers:
                self.check(caller, everything=kill + 1 == KILLS)
            self.check_files_and_rows()

    def kill_under_load(self, callers, wait_for_all_kinds):
        stop, failed = threading.Event(), []

        def work(caller):
            try:
                caller.work(stop)
            except Exception as failure:  # pylint: disable=broad-except
                failed.append(failure)

        threads = [threading.Thread(target=work, args=(caller,)) for caller in callers]
        for thread in threads:
            thread.start()
        if wait_for_all_kinds:
            made = lambda: {thing[0] for caller in callers for thing in list(caller.things)}
            self.service.wait_for("things of every kind", lambda: failed or made() == KINDS)
        stop.wait(self.rng.uniform(0.1, 2))
        if with_worker := self.rng.random() < 0.3:
            self.service.kill(self.service.worker)
        self.service.kill(self.service.gateway)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        if with_worker:
            self.service.start_worker()
        self.service.start_gateway()
        self.service.wait_for("the worker", lambda: self.service.get("/readyz").status == 200)

    def check(self, caller, everything):
        """What was done since the last kill, and some of what was done before; it is settled now."""
        older = [thing for thing in caller.things if thing not in caller.touched]
        chosen = older if everything else self.rng.sample(older, min(OLDER_THINGS, len(older)))
        for thing in [*caller.touched, *chosen]:
            state = caller.state_of(thing)
            self.assertIn(state, caller.things[thing], thing)
            caller.things[thing] = [state]
        caller.touched.clear()

    def check_files_and_rows(self):
        """Every row is closed, every file has a row, every finished row its files, every reference its row."""
        with sqlite3.connect(f"file:{self.service.data}/easel.db?mode=ro", uri=True) as database:

            def answers(sql):
                return [row[0] for row in database.execute(sql)]

            self.assertEqual(answers("PRAGMA integrity_check"), ["ok"])
            self.assertEqual(answers("PRAGMA foreign_key_check"), [])
            self.assertEqual(answers("SELECT id FROM generations WHERE status IN (0, 1)"), [])
            incomplete = (
                "SELECT id FROM generations WHERE status = 2 AND num_images <> "
                "(SELECT count(*) FROM generation_files WHERE generation = number)"
            )
            self.assertEqual(answers(incomplete), [])
            for folder, sql in FILES.items():
                there = {path.name for path in (self.service.data / folder).iterdir()}
                self.assertEqual(there, set(answers(sql)), folder)


def main():
    global PROGRAMS
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
