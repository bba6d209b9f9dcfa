"""Callers of every kind, each of which writes down what the gateway acknowledged, to be read back after a kill."""

import base64
import hashlib
import http.client

from edit_test import BOUNDARY, form, png

GONE, DONE, WORKS, REFUSED = "gone", "done", "works", "refused"
NOT_NOW = (429, 503)  # nothing was done then: too much at once, or no worker


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Caller:
    """Makes things and changes them, one call after another. Each thing is its caller's alone.

    `things` has the states that a thing may be in: one, but for what was under way when the gateway was killed.
    """

    def __init__(self, service, rng, name):
        self.service, self.rng, self.name = service, rng, name
        self.things, self.touched, self.number = {}, set(), 0

    def work(self, stop):
        """Until told to stop, or the gateway is gone."""
        while not stop.is_set():
            try:
                self.rng.choice(self.deeds())()
            except (OSError, http.client.HTTPException):
                return

    def next_name(self):
        self.number += 1
        return f"{self.name} {self.number}"

    def note(self, thing, *states):
        self.things[thing] = list(states)
        self.touched.add(thing)

    def change(self, states, call):
        """Calls; whether it was acknowledged that things have these states now. They may have them when no answer comes."""
        before = {thing: self.things.get(thing, [GONE]) for thing in states}
        for thing, state in states.items():
            self.note(thing, *before[thing], state)
        done = self.good(call())
        for thing, state in states.items():
            self.note(thing, *([state] if done else before[thing]))
        return done

    @staticmethod
    def good(answer):
        if answer.status not in (200, 201, *NOT_NOW):
            raise AssertionError(f"{answer.status}: {answer.body[:300]}")
        return answer.status in (200, 201)

    def with_state(self, kind, state=None):
        """The things of this kind that have the state for certain (None: any but gone)."""
        return [
            thing
            for thing, states in self.things.items()
            if thing[0] == kind and len(states) == 1 and (states[0] == state if state else states[0] != GONE)
        ]

    def state_of(self, thing):
        """As the gateway tells it now."""
        return getattr(self, f"see_{thing[0]}")(*thing[1:])


class Artist(Caller):
    """Draws pictures and edits them."""

    def deeds(self):
        return [self.draw, self.draw, self.edit]

    def draw(self):
        answer = self.service.generate(steps=1, session_id=self.name.replace(" ", "-"))
        if self.good(answer):
            url = answer.json()["image_url"]
            self.note(("generation", answer.json()["generation_id"]), DONE)
            self.note(("file", url), digest(self.service.get(url).body))

    def edit(self):
        body = form(("image", png(64, 48)), ("prompt", "a large red circle"), ("steps", "1"))
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.request("POST", "/edit", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
            answer = connection.getresponse()
            answer.body = answer.read()
        finally:
            connection.close()
        if self.good(answer):
            generation = answer.headers["X-Generation-Id"]
            self.note(("generation", generation), DONE)
            self.note(("file", f"/static/generations/{generation}.png"), digest(answer.body))

    def see_generation(self, generation):
        return self.service.get(f"/api/generations/{generation}").json().get("status", GONE)

    def see_file(self, url):
        return digest(self.service.get(url).body)


class Maker(Caller):
    """Makes pranks and triggers, changes and removes them, and visits them."""

    PICTURES = [png(32 + 16 * i, 48) for i in range(4)]
    stored = None  # the digests of PICTURES as triggers have them

    def learn_pictures(self):
        """How the gateway keeps the pictures: its own copy, always the same."""
        prank = self.service.request("POST", "/api/pranks", {"title": "To learn"}).json()
        self.stored = []
        for i, picture in enumerate(self.PICTURES):
            body = {"phrase": f"picture {i}", "image": base64.b64encode(picture).decode()}
            trigger = self.service.request("POST", self.builder(prank["builder_slug"]) + "/triggers", body).json()
            self.stored.append(digest(self.service.get(trigger["image_url"]).body))

    def deeds(self):
        deeds = [self.make_prank]
        if self.with_state("prank"):
            deeds += 3 * [self.add_trigger] + 2 * [self.visit] + [self.rename, self.remove_prank]
        if self.with_state("trigger"):
            deeds += [self.change_phrase, self.change_picture, self.remove_trigger, self.prompt]
        return deeds

    @staticmethod
    def builder(slug):
        return f"/api/pranks/builder/{slug}"

    def choose(self, kind):
        return self.rng.choice(self.with_state(kind))

    def make_prank(self):
        title = self.next_name()
        answer = self.service.request("POST", "/api/pranks", {"title": title})
        if self.good(answer):
            prank = answer.json()
            slugs = (prank["builder_slug"], prank["share_slug"])
            self.note(("prank", *slugs), title)
            self.note(("views", *slugs), 0)

    def rename(self):
        prank, title = self.choose("prank"), self.next_name()
        self.change({prank: title}, lambda: self.service.request("PATCH", self.builder(prank[1]), {"title": title}))

    def remove_prank(self):
        prank = self.choose("prank")
        states = {thing: GONE for thing in self.things if thing[1] == prank[1] and self.things[thing] != [GONE]}
        self.change(states, lambda: self.service.request("DELETE", self.builder(prank[1])))

    def add_trigger(self):
        prank, phrase, i = self.choose("prank"), self.next_name(), self.rng.randrange(len(self.PICTURES))
        body = {"phrase": phrase, "match": "exact", "image": base64.b64encode(self.PICTURES[i]).decode()}
        answer = self.service.request("POST", self.builder(prank[1]) + "/triggers", body)
        if self.good(answer):
            self.note(("trigger", *prank[1:], answer.json()["id"]), (phrase, self.stored[i]))

    def change_trigger(self, method, body, state_of):
        trigger = self.choose("trigger")
        path = f"{self.builder(trigger[1])}/triggers/{trigger[3]}"
        self.change({trigger: state_of(*self.things[trigger][0])}, lambda: self.service.request(method, path, body))

    def change_phrase(self):
        phrase = self.next_name()
        self.change_trigger("PATCH", {"phrase": phrase}, lambda _, picture: (phrase, picture))

    def change_picture(self):
        i = self.rng.randrange(len(self.PICTURES))
        image = base64.b64encode(self.PICTURES[i]).decode()
        self.change_trigger("PATCH", {"image": image}, lambda phrase, _: (phrase, self.stored[i]))

    def remove_trigger(self):
        self.change_trigger("DELETE", None, lambda *_: GONE)

    def prompt(self):
        """A visitor's, that a trigger answers."""
        trigger = self.choose("trigger")
        phrase, picture = self.things[trigger][0]
        answer = self.service.request("POST", f"/api/pranks/{trigger[2]}/generate", {"prompt": phrase})
        if self.good(answer):
            self.note(("answer", answer.json()["image_url"]), picture)

    def visit(self):
        prank = self.choose("prank")
        views = ("views", *prank[1:])
        self.change({views: self.things[views][-1] + 1}, lambda: self.service.get(f"/api/pranks/{prank[2]}"))

    def see_prank(self, builder_slug, _share_slug, field="title"):
        answer = self.service.get(self.builder(builder_slug))
        return answer.json()[field] if answer.status == 200 else GONE

    def see_views(self, *slugs):
        return self.see_prank(*slugs, "view_count")

    def see_trigger(self, *slugs_and_id):
        triggers = self.see_prank(*slugs_and_id[:2], "triggers")
        for trigger in triggers if triggers != GONE else []:
            if trigger["id"] == slugs_and_id[2]:
                return trigger["phrase"], digest(self.service.get(trigger["image_url"]).body)
        return GONE

    def see_answer(self, url):
        return digest(self.service.get(url).body)


class Keeper(Caller):
    """An admin, who logs in and out, makes keys and revokes them."""

    SESSIONS = 5  # at once; of more than 20 the gateway ends the oldest
    password = None
    tokens = {}  # of the sessions, against forged requests

    def deeds(self):
        sessions = len(self.with_state("session", WORKS))
        if sessions == 0:
            return [self.log_in]
        deeds = [self.log_in if sessions < self.SESSIONS else self.log_out, self.log_out] + 3 * [self.make_key]
        return deeds + 2 * [self.revoke_key] if self.with_state("key", WORKS) else deeds

    def log_in(self):
        answer = self.service.request("POST", "/api/admin/login", {"name": self.name, "password": self.password})
        if self.good(answer):
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.tokens = {**self.tokens, cookie: answer.json()["csrf_token"]}
            self.note(("session", cookie), WORKS)

    def as_admin(self, method, path, body=None, session=None):
        cookie = (session or self.rng.choice(self.with_state("session", WORKS)))[1]
        return self.service.request(method, path, body, {"Cookie": cookie, "X-CSRF-Token": self.tokens[cookie]})

    def log_out(self):
        session = self.with_state("session", WORKS)[0]  # the oldest
        self.change({session: REFUSED}, lambda: self.as_admin("POST", "/api/admin/logout", session=session))

    def make_key(self):
        answer = self.as_admin("POST", "/api/admin/keys", {"name": self.next_name(), "scopes": ["generate"]})
        if self.good(answer):
            self.note(("key", answer.json()["id"], answer.json()["key"]), WORKS)

    def revoke_key(self):
        key = self.rng.choice(self.with_state("key", WORKS))
        self.change({key: REFUSED}, lambda: self.as_admin("DELETE", f"/api/admin/keys/{key[1]}"))

    def see_session(self, cookie):
        return self.verdict("/api/admin/session", {"Cookie": cookie})

    def see_key(self, _, key):
        return self.verdict("/api/preferences?session_id=any", {"Authorization": f"Bearer {key}"})

    def verdict(self, path, headers):
        status = self.service.request("GET", path, headers=headers).status
        return {200: WORKS, 401: REFUSED}.get(status, status)


class Visitor(Caller):
    """Puts preferences."""

    def deeds(self):
        return [self.put]

    def put(self):
        session, steps = f"{self.name}-{self.rng.randrange(20)}", self.rng.randint(1, 200)
        body = {"session_id": session, "engine": "demo", "defaults": {"steps": steps}}
        self.change({("preference", session): steps}, lambda: self.service.request("PUT", "/api/preferences", body))

    def see_preference(self, session):
        return self.service.get(f"/api/preferences?session_id={session}").json()["defaults"].get("steps", GONE)
