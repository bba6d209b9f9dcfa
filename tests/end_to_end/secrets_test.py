"""Secrets planted in every input of the real programs, and searched for in all that they write and answer.

    python3 tests/end_to_end/secrets_test.py FOLDER_OF_PROGRAMS [NAME...]

Each secret is planted with the places where it may be found, by design; found anywhere else it fails the test.
"""

import base64
import http.client
import secrets
import sys
import unittest

from edit_test import chunk, png
from service import PATIENCE, Answer, Service

PROGRAMS = None
JSON, FORM = "application/json", "multipart/form-data; boundary=planted"
# Where a secret may be found. OWN_ERROR: in the refusal that its own sender gets, which names what is unknown.
GATEWAY_LOG, WORKER_LOG, DATABASE, FILES, ANSWERS, OWN_ERROR = "gateway log", "worker log", "database", "files", "answers", "errors"
# Prompts are the history, and lie in the texts of the pictures; neither log has them unless it is told to.
HISTORY = (DATABASE, FILES, ANSWERS)
RECORD = (DATABASE, ANSWERS)


class SecretsCase(unittest.TestCase):
    def setUp(self):
        self.planted = {}  # the secret: what it is, and where it may be
        self.answers = {ANSWERS: [], OWN_ERROR: []}
        self.service = Service(PROGRAMS)
        self.addCleanup(self.service.__exit__)
        password_file = self.service.folder / "password.txt"
        self.file_password = self.plant("the password of the file")
        password_file.write_text(self.file_password + "\n")
        self.service.start_worker()
        self.service.start_gateway("--admin-password-file", str(password_file))
        self.password = self.plant("the password of the command")
        self.service.make_admin("ada", self.password)

    def plant(self, what, *may_be, value=None):
        value = value or f"planted-{secrets.token_hex(12)}"
        self.planted[value] = (what, may_be)
        return value

    def send(self, method, path, body=None, headers=None, wanted=None):
        """As it is, without a library's manners."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            answer = Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        if wanted:
            self.assertEqual(answer.status, wanted, (method, path, answer.body[:300]))
        self.answers[ANSWERS if answer.status < 400 else OWN_ERROR].append(str(answer.headers).encode() + answer.body)
        return answer

    def send_json(self, method, path, text, headers=None, wanted=None):
        return self.send(method, path, text, {"Content-Type": JSON, **(headers or {})}, wanted)

    @staticmethod
    def basic(name, password):
        return base64.b64encode(f"{name}:{password}".encode()).decode()

    def plant_credentials(self):
        """Of all kinds, right and wrong; the headers of a session, a key, and the maker of a prank."""
        login = '{"name": "%s", "password": "%s"}'
        self.send_json("POST", "/api/admin/login", login % ("ada", self.plant("a wrong password")), wanted=401)
        self.send_json("POST", "/api/admin/login", login % (self.plant("a password as a name"), "something-else"), wanted=401)
        agent = self.plant("a login's User-Agent", DATABASE, ANSWERS)
        headers = {"User-Agent": agent}
        answer = self.send_json("POST", "/api/admin/login", login % ("ada", self.password), headers, wanted=200)
        self.send_json("POST", "/api/admin/login", login % ("admin", self.file_password), wanted=200)
        # Both are in the answer to the login, and in nothing else.
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.plant("a session's token", ANSWERS, value=cookie.split("=")[1])
        token = self.plant("a CSRF token", ANSWERS, value=answer.json()["csrf_token"])
        for password in (self.password, self.plant("a wrong password by Basic")):
            sent = self.plant("a Basic header", value=self.basic("ada", password))
            self.send("GET", "/api/admin/keys", headers={"Authorization": f"Basic {sent}"})
        wrong = {
            "Authorization": f"Bearer {self.plant('a key that is none')}",
            "Cookie": f"easel_session={self.plant('a session that is none')}; other={self.plant('another cookie')}",
            "X-CSRF-Token": self.plant("a CSRF token that is none"),
        }
        self.send("GET", "/api/admin/sessions", headers=wrong, wanted=401)
        self.send("GET", "/api/admin/sessions", headers={"Authorization": self.plant("an odd Authorization")}, wanted=401)
        self.send("DELETE", "/api/admin/keys/none", headers={"Cookie": cookie, "X-CSRF-Token": wrong["X-CSRF-Token"]}, wanted=403)
        return {"Cookie": cookie, "X-CSRF-Token": token}

    def plant_key(self, session):
        name = self.plant("a key's name", DATABASE, ANSWERS)
        made = self.send_json("POST", "/api/admin/keys", '{"name": "%s", "scopes": ["generate"]}' % name, session, wanted=201)
        key = self.plant("a key", ANSWERS, value=made.json()["key"])
        self.send("GET", "/api/status", headers={"Authorization": f"Bearer {key}"}, wanted=200)
        self.send("GET", "/api/admin/keys", headers={"Authorization": f"Bearer {key}"}, wanted=403)
        self.send("DELETE", f"/api/admin/keys/{made.json()['id']}", headers=session, wanted=200)
        self.send("GET", "/api/status", headers={"Authorization": f"Bearer {key}"}, wanted=401)

    def plant_prank(self):
        picture = png(32, 32, extra=chunk(b"tEXt", b"Comment\0" + self.plant("a text in an uploaded picture").encode()))
        title, owner = self.plant("a prank's title", *RECORD), self.plant("a prank's session_id", *RECORD)
        made = self.send_json("POST", "/api/pranks", f'{{"title": "{title}", "share_slug": "shown", "session_id": "{owner}"}}')
        builder = self.plant("a builder_slug", *RECORD, value=made.json()["builder_slug"])
        path = f"/api/pranks/builder/{builder}"
        phrase, image = self.plant("a phrase", *RECORD), base64.b64encode(picture).decode()
        trigger = f'{{"phrase": "{phrase}", "match": "word", "image": "{image}"}}'
        made = self.send_json("POST", f"{path}/triggers", trigger, wanted=201).json()
        self.send_json("POST", f"{path}/triggers", trigger, wanted=409)
        self.send("GET", made["image_url"], wanted=200)
        self.send("GET", f"/builder/{builder}", wanted=200)
        self.send_json("PATCH", path, '{"titel": 1}', wanted=400)
        self.send_json("PATCH", f"{path}/triggers/{made['id']}", '{"priority": "%s"}' % self.plant("a word for a number"), wanted=400)
        self.send_json("POST", f"{path}/triggers", '{"phrase": "a", "image": "%s"}' % self.plant("no picture"), wanted=400)
        self.send("GET", f"{path}/nothing", wanted=404)
        unknown = self.plant("a builder_slug of no prank", value=secrets.token_hex(24))
        self.send("GET", f"/api/pranks/builder/{unknown}", wanted=404)
        self.send("GET", f"/builder/{unknown}")
        prompt = self.plant("a visitor's prompt", *HISTORY)
        self.send_json("POST", "/api/pranks/shown/generate", f'{{"prompt": "{prompt}", "steps": 1}}', wanted=200)
        self.send_json("POST", "/api/pranks/shown/generate", f'{{"prompt": "my {phrase} now"}}', wanted=200)

    def plant_prompts(self):
        def body(**fields):
            return "{" + ", ".join(f'"{name}": {value}' for name, value in {"steps": 1, **fields}.items()) + "}"

        def quoted(*planted):
            return f'"{self.plant(*planted)}"'

        drawn = body(
            prompt=quoted("a prompt", *HISTORY),
            negative_prompt=quoted("a negative prompt", *HISTORY),
            session_id=quoted("a session_id", DATABASE),
        )
        self.send_json("POST", "/api/generate", drawn, wanted=200)
        self.send_json("POST", "/api/generate", body(prompt=quoted("a prompt as events", *HISTORY)), {"Accept": "text/event-stream"})
        for fields in (
            {"prompt": quoted("the prompt of a refused request"), "steps": 0},
            {"prompt": quoted("the prompt beside a word for a number"), "steps": quoted("a word for steps")},
            {"prompt": quoted("the prompt beside an unknown field"), "unknown": quoted("the value of an unknown field")},
            {"prompt": '"x"', self.plant("the name of an unknown field", OWN_ERROR): 1},
            {"prompt": '"x"', "image": quoted("base64 that is no picture")},
            {"prompt": '"x"', "request_id": quoted("a request_id with a blank")[:-1] + ' "'},
            {"prompt": '"x"', "seed": quoted("a word for a seed")},
        ):
            self.send_json("POST", "/api/generate", body(**fields), wanted=400)
        self.send_json("POST", "/api/generate", '{"prompt": "%s", }' % self.plant("malformed JSON"), wanted=400)
        self.send_json("POST", "/api/generate", '{"prompt": "%s"' % self.plant("JSON that is cut off"), wanted=400)
        self.send_json("POST", "/api/generate", '{"prompt": "\\ud800%s"}' % self.plant("JSON that is no text"), wanted=400)
        twice = self.plant("a key that stands twice", OWN_ERROR)
        self.send_json("POST", "/api/generate", f'{{"{twice}": 1, "{twice}": 2}}', wanted=400)
        self.send("POST", "/api/generate", self.plant("a body of another type"), {"Content-Type": "text/plain"}, wanted=415)
        self.send("POST", "/api/generate", "{}", {"Content-Type": f"text/{self.plant('a type that is none')}"}, wanted=415)
        self.send("POST", "/api/generate", "{}", {"Content-Encoding": self.plant("an encoding"), "Content-Type": JSON}, wanted=415)
        preferences = '{"session_id": "%s", "defaults": {"negative_prompt": "%s"}}'
        planted = self.plant("a preference's session_id", *RECORD), self.plant("a preference", *RECORD)
        self.send_json("PUT", "/api/preferences", preferences % planted, wanted=200)
        self.send("GET", f"/api/preferences?session_id={planted[0]}", wanted=200)

    def plant_forms(self):
        def form(*parts):
            head = "--planted\r\nContent-Disposition: form-data; %s\r\n\r\n"
            return b"".join((head % names).encode() + content + b"\r\n" for names, content in parts) + b"--planted--\r\n"

        picture = png(64, 64, extra=chunk(b"tEXt", b"Comment\0" + self.plant("a text in an edited picture").encode()))
        image = (f'name="image"; filename="{self.plant("a file name")}.png"', picture)
        prompt = ('name="prompt"', self.plant("the prompt of an edit", *HISTORY).encode())
        steps = ('name="steps"', b"1")
        self.send("POST", "/edit", form(image, prompt, steps), {"Content-Type": FORM}, wanted=200)
        unknown = (f'name="{self.plant("the name of an unknown part", OWN_ERROR)}"', self.plant("an unknown part").encode())
        refused = ('name="prompt"', self.plant("the prompt of a refused edit").encode())
        part_type = (f'name="seed"\r\nContent-Type: text/{self.plant("the type of a part")}', self.plant("a word for a number").encode())
        no_picture = (f'name="image"; filename="{self.plant("the name of no picture")}"', self.plant("no picture").encode())
        for parts in ((image, refused, unknown), (image, refused, part_type), (no_picture, refused)):
            self.send("POST", "/edit", form(*parts), {"Content-Type": FORM}, wanted=400)
        self.send("POST", "/edit", form(image), {"Content-Type": f"multipart/form-data; boundary={self.plant('a boundary')}"}, wanted=400)
        self.send("POST", "/edit", form(image)[:-20] + self.plant("a form that is cut off").encode(), {"Content-Type": FORM}, wanted=400)

    def plant_heads(self):
        for path in (
            f"/{self.plant('a path')}",
            f"/api/{self.plant('a path of the API')}",
            f"/static/generations/{self.plant('a picture that is not there')}.png",
            f"/api/generations/{self.plant('a generation that is not there')}",
            f"/api/pranks/{self.plant('a prank that is not there')}",
            f"/p/{self.plant('the page of a prank that is not there')}",
            f"/healthz?token={self.plant('a query')}",
            f"/api/generations?cursor={self.plant('a cursor')}",
            f"/api/generations?{self.plant('the name of a parameter')}=1",
            f"/api/preferences?other={self.plant('another parameter')}",
            f"/api/admin/audit?limit={self.plant('a limit')}",
        ):
            self.send("GET", path)
        names = ("User-Agent", "Referer", "Origin", "X-Forwarded-For", "Forwarded", "X-Api-Key", "Accept", "Accept-Language")
        headers = {name: self.plant(f"{name} of a request") for name in names}
        headers |= {"traceparent": self.plant("a traceparent that is none"), "tracestate": self.plant("a tracestate")}
        headers["X-Request-Id"] = self.plant("a request id with a blank") + " x"
        headers["Last-Event-ID"] = self.plant("an event's id")
        headers[self.plant("the name of a header")] = "1"
        for path in ("/api/status", "/", "/api/generations/none/events", "/api/admin/keys"):
            self.send("GET", path, headers=headers)
        preflight = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": self.plant("a preflight's method")}
        preflight["Access-Control-Request-Headers"] = self.plant("a preflight's header")
        self.send("OPTIONS", "/api/generate", headers=preflight)
        self.send("DELETE", "/api/generate", self.plant("the body of a wrong method"))
        self.send(self.plant("a method"), "/api/generate")

    def plant_admin_searches(self, session):
        """What admins look for, and models that are none."""
        prompt = next(value for value, (what, _) in self.planted.items() if what == "a prompt")
        found = self.send("GET", f"/api/admin/generations?q={prompt}&status=done", headers=session, wanted=200)
        self.assertEqual(len(found.json()["items"]), 1)
        for wanted, query in (
            (200, f"generations?q={self.plant('words that are looked for')}"),
            (200, f"generations?q=%22{self.plant('words with a quote')}%20OR%20*"),
            (200, f"generations?model={self.plant('a model that is looked for')}"),
            (400, f"generations?status={self.plant('a status that is none')}"),
            (400, f"generations?cursor={self.plant('the cursor of a search')}"),
            (400, f"generations?q=%ff{self.plant('words that are no text')}"),
            (400, f"generations?q={self.plant('words that stand twice')}&q=x"),
            (400, f"prompts?cursor={self.plant('the cursor of the prompts')}"),
            (400, f"prompts?limit={self.plant('the limit of the prompts')}"),
            (None, f"models?plan={self.plant('a parameter of the plans')}"),
        ):
            self.send("GET", f"/api/admin/{query}", headers=session, wanted=wanted)
        self.send("GET", "/api/admin/prompts", headers=session, wanted=200)
        self.send("GET", "/api/admin/models", headers=session, wanted=200)
        # What an admin does is written down with what it was done to.
        unknown = self.plant("a model that is none", *RECORD)
        for verb in ("load", "unload"):
            self.send("POST", f"/api/admin/models/{unknown}/{verb}", headers=session, wanted=404)
        body = self.plant("the body of a load")
        self.send_json("POST", "/api/admin/models/demo/load", f'{{"key": "{body}"}}', session, wanted=413)
        wrong = {**session, "X-CSRF-Token": self.plant("the CSRF token of a load")}
        self.send("POST", "/api/admin/models/demo/load", headers=wrong, wanted=403)
        for path in ("models", f"generations?q={self.plant('words without a login')}", "prompts"):
            self.send("GET", f"/api/admin/{path}", wanted=401)

    def plant_what_fails(self):
        """A generation that the worker's death ends."""
        self.service.kill(self.service.worker)
        prompt = self.plant("the prompt of a failed generation", DATABASE, ANSWERS)
        self.send_json("POST", "/api/generate", f'{{"prompt": "{prompt}"}}', wanted=503)
        self.send("GET", "/api/generations", wanted=200)

    def contents(self):
        """All that was written and answered, by place."""
        files = [path for path in self.service.data.rglob("*") if path.is_file() and not path.is_socket()]
        in_database = {path for path in files if path.name.startswith("easel.db")}
        names = "\n".join(str(path) for path in files).encode()
        return {
            GATEWAY_LOG: self.service.log("easel-gateway").encode(),
            WORKER_LOG: self.service.log("easel-worker").encode(),
            DATABASE: b"".join(path.read_bytes() for path in in_database),
            FILES: names + b"".join(path.read_bytes() for path in files if path not in in_database),
            **{place: b"".join(answers) for place, answers in self.answers.items()},
        }

    def search(self):
        contents = self.contents()
        for secret, (what, may_be) in self.planted.items():
            found = {place for place, content in contents.items() if secret.encode() in content}
            with self.subTest(what):
                self.assertLessEqual(found, set(may_be), f"{what} was found")
                # The places by design, where nothing but the search itself could miss it.
                self.assertLessEqual(set(may_be) & {DATABASE, FILES, ANSWERS}, found, f"{what} was not found")

    def test_no_secret_is_where_it_may_not_be(self):
        session = self.plant_credentials()
        self.plant_key(session)
        self.plant_prank()
        self.plant_prompts()
        self.plant_forms()
        self.plant_heads()
        self.plant_admin_searches(session)
        self.plant_what_fails()
        for path in ("audit?limit=100", "sessions", "keys", "pranks"):
            self.send("GET", f"/api/admin/{path}", headers=session, wanted=200)
        self.search()
        self.send("POST", "/api/admin/logout", headers=session, wanted=200)
        self.service.gateway.terminate()
        self.assertEqual(self.service.gateway.wait(), 0)
        contents = self.contents()
        for secret, (what, may_be) in self.planted.items():
            for place in {GATEWAY_LOG, WORKER_LOG, DATABASE, FILES} - set(may_be):
                self.assertNotIn(secret.encode(), contents[place], f"{what} in {place} after the end")


def main():
    global PROGRAMS
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
