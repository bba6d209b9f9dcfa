"""Pages of other origins in a real Chromium that has an admin's cookie: they change nothing, and plant no session.

    PYTHON cross_site_test.py FOLDER_OF_PROGRAMS [NAME...]

PYTHON is one that has Selenium. Exits with 77 where no browser is to be had. Two kinds of strangers: another port of the
admin's host, to which SameSite cookies go (sites have no ports), and another host name, to which they don't.
"""

import contextlib
import http.server
import json
import sqlite3
import sys
import threading

import chromium_pages

NAME, PASSWORD = "ada", "correct horse battery staple"
MALLORY, MALLORYS_PASSWORD = "mallory", "another admin's password"
COOKIE = "easel_session"
CHOSEN = "a" * 64  # a token as an attacker would make one up
# What a write would change; not what use alone does (used_at_ms, view_count), nor the audit log, which has refusals too.
STATE = (
    "SELECT id, name, revoked_at_ms FROM api_keys",
    "SELECT id FROM admin_sessions",
    "SELECT name, password_hash FROM admins",
    "SELECT share_slug, title, updated_at_ms FROM pranks",
    "SELECT phrase, updated_at_ms FROM prank_triggers",
    "SELECT id, status FROM generations",
    "SELECT * FROM preferences",
)
# fetch() in the ways that a page may call it, then forms of each type that a page may send; what came of each.
ATTACK = """
const [gateway, writes, finish] = arguments;
const told = {};
async function note(name, work) {
  const late = new Promise((resolve) => setTimeout(resolve, 10000, 'no answer'));
  told[name] = await Promise.race([work().catch((error) => error.name), late]);
}
function fetched(path, options) {
  return fetch(gateway + path, {credentials: 'include', ...options}).then((answer) => answer.status || answer.type);
}
function sent(path, enctype, fields) {
  return new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = `frame${frames.length}`;
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'),
      {method: 'post', action: gateway + path, enctype, target: frame.name});
    for (const [name, value] of fields) form.append(Object.assign(document.createElement('input'), {name, value}));
    document.body.append(form);
    frame.onload = () => resolve('sent');
    form.submit();
  });
}
(async () => {
  for (const [method, path, fields] of writes) {
    const name = `${method} ${path}`;
    const text = JSON.stringify(fields);
    const data = new FormData();
    for (const [key, value] of Object.entries(fields)) data.append(key, value);
    const json = {method, body: method === 'DELETE' ? undefined : text, headers: {'Content-Type': 'application/json'}};
    await note(`${name} json`, () => fetched(path, json));
    if (method !== 'POST') continue;
    for (const body of [text, new Blob([text]), new URLSearchParams(fields), data]) {
      await note(`${name} no-cors ${body.constructor.name}`, () => fetched(path, {method, body, mode: 'no-cors'}));
    }
    await note(`${name} beacon`, async () => navigator.sendBeacon(gateway + path, new Blob([text])));
    // A form of plain text is "name=value": JSON, where the text is split at a '='.
    const at = text.indexOf('=');
    await note(`${name} text/plain`, () => sent(path, 'text/plain', [[text.slice(0, at), text.slice(at + 1)]]));
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
      await note(`${name} ${type}`, () => sent(path, type, Object.entries(fields)));
    }
  }
  finish(told);
})();
"""
WITH_TOKEN = """
const [path, finish] = arguments;
fetch('/api/admin/session').then((answer) => answer.json())
  .then((session) => fetch(path, {method: 'POST', body: JSON.stringify({name: 'right=own', scopes: ['generate']}),
    headers: {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token}}))
  .then((answer) => finish(answer.status), (error) => finish(error.name));
"""
READ_HISTORY = """
const [finish] = arguments;
fetch('/api/generations').then((answer) => answer.text()).then(finish, (error) => finish(error.name));
"""


class StrangersPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Free kittens</title><link rel=icon href='data:,'><p>Look!")

    def log_message(self, *_):
        pass


class CrossSiteCase(chromium_pages.PagesCase):
    complaints = ("",)  # the browser's own, of what it refuses the strangers

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger, cls.listed = cls.serve_page(), cls.serve_page()
        service = cls.service()
        service.kill(service.gateway)
        service.start_gateway("--cors-origin", f"http://127.0.0.1:{cls.listed}")
        service.make_admin(NAME, PASSWORD)
        service.make_admin(MALLORY, MALLORYS_PASSWORD)
        admin = service.admin_headers(NAME, PASSWORD)
        made = service.request("POST", "/api/admin/keys", {"name": "shop", "scopes": ["edit"]}, admin)
        cls.key = made.json()["id"]
        cls.vip = service.request("POST", "/api/admin/pranks/vip", {}, admin).json()["builder_slug"]

    @classmethod
    def serve_page(cls):
        """The port of a page on every path."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StrangersPage)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        return server.server_port

    def setUp(self):
        super().setUp()
        self.forget_cookies()

    def forget_cookies(self):
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def log_in(self, name=NAME, password=PASSWORD):
        self.driver.get(f"{self.url}/admin")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login")
        self.page.fill(name=name, password=password)
        self.page.click("#login .primary")
        self.page.until_text("#part-title", "Work")

    def tokens(self):
        """Of the browser's cookies for the gateway, those that no script may read among them."""
        found = self.driver.execute_cdp_cmd("Network.getCookies", {"urls": [f"{self.url}/api/admin/session"]})
        return [cookie["value"] for cookie in found["cookies"] if cookie["name"] == COOKIE]

    def verdict(self, token):
        return self.service().request("GET", "/api/admin/session", headers={"Cookie": f"{COOKIE}={token}"}).status

    def state(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.service().data}/easel.db?mode=ro", uri=True)) as database:
            return [sorted(database.execute(sql).fetchall(), key=str) for sql in STATE]

    def writes(self):
        session = self.service().request("GET", "/api/admin/sessions", headers=self.service().admin_headers(NAME, PASSWORD))
        builder = f"/api/pranks/builder/{self.vip}"
        return [
            ("POST", "/api/admin/keys", {"scopes": ["admin"], "name": "stolen=key"}),
            ("DELETE", f"/api/admin/keys/{self.key}", {}),
            ("POST", "/api/admin/login", {"name": MALLORY, "password": MALLORYS_PASSWORD, "x": "="}),
            ("POST", "/api/admin/logout", {"x": "="}),
            ("DELETE", f"/api/admin/sessions/{session.json()['items'][0]['id']}", {}),
            ("PATCH", builder, {"title": "stolen"}),
            ("POST", f"{builder}/triggers", {"phrase": "stolen=phrase", "image": "AAAA"}),
            ("DELETE", builder, {}),
        ]

    def anonymous_writes(self):
        """What a listed page may do for anybody, and no other page."""
        return [
            ("POST", "/api/pranks", {"title": "stolen=title"}),
            ("POST", "/api/generate", {"prompt": "stolen=prompt", "steps": 1}),
            ("POST", "/edit", {"prompt": "stolen=prompt", "image": "AAAA"}),
            ("PUT", "/api/preferences", {"session_id": "stolen", "engine": "stolen"}),
        ]

    def answers_to(self, route, since):
        lines = [json.loads(line) for line in self.service().log("easel-gateway").splitlines()[since:]]
        return {line["status"] for line in lines if line.get("route") == route and line.get("method") == "POST"}

    def attack(self, page, writes):
        """From `page`; what came of each, and what the gateway answered to makers of keys."""
        self.driver.set_script_timeout(600)
        self.driver.get(page)
        before, lines = self.state(), len(self.service().log("easel-gateway").splitlines())
        told = self.driver.execute_async_script(ATTACK, self.url, writes)
        self.assertEqual(self.state(), before, told)
        self.assertNotIn("no answer", told.values(), told)
        return told, self.answers_to("/api/admin/keys", lines)

    def test_the_admins_own_page_writes(self):
        self.log_in()
        before = self.state()
        self.assertEqual(self.driver.execute_async_script(WITH_TOKEN, "/api/admin/keys"), 201)
        self.assertNotEqual(self.state(), before)

    def test_another_port_of_the_host_changes_nothing_though_it_has_the_cookie(self):
        self.log_in()
        token = self.tokens()
        told, answers = self.attack(f"http://127.0.0.1:{self.stranger}/", self.writes() + self.anonymous_writes())
        self.assertEqual(answers, {403}, "the cookie came along")
        self.assertEqual({told[name] for name in told if name.endswith(" json")}, {"TypeError"}, "no preflight passes")
        self.assertEqual(self.tokens(), token, "neither logged out nor logged in as somebody else")

    def test_another_site_changes_nothing_and_has_no_cookie(self):
        self.log_in()
        token = self.tokens()
        told, answers = self.attack(f"http://localhost:{self.stranger}/", self.writes() + self.anonymous_writes())
        self.assertEqual(answers, {401}, "no cookie came along")
        self.assertEqual({told[name] for name in told if name.endswith(" json")}, {"TypeError"}, "no preflight passes")
        self.assertEqual(self.tokens(), token)

    def test_a_listed_origin_without_the_token_writes_nothing_as_the_admin(self):
        self.log_in()
        told, answers = self.attack(f"http://127.0.0.1:{self.listed}/", [w for w in self.writes() if "/login" not in w[1]])
        self.assertEqual(answers, {403})
        json_answers = {told[name] for name in told if name.endswith(" json")}
        self.assertLessEqual(json_answers, {401, 403}, "asked, and refused: the cookie does not count")

    def test_a_site_whose_name_now_resolves_to_this_machine_reads_nothing(self):
        self.assertEqual(self.service().generate(prompt="a private lighthouse", steps=1, width=64, height=64).status, 200)
        port = self.url.rsplit(":", 1)[1]
        told = {}
        for name in ("127.0.0.1", "rebound.example"):
            self.driver.get(f"http://{name}:{port}/")
            told[name] = self.driver.execute_async_script(READ_HISTORY)
        self.assertIn("a private lighthouse", told["127.0.0.1"])
        self.assertNotIn("lighthouse", told["rebound.example"])
        self.assertEqual(json.loads(told["rebound.example"])["error"], "forbidden")

    def test_a_session_that_was_planted_before_the_login_is_not_taken_over(self):
        self.service().request("POST", "/api/admin/login", {"name": NAME, "password": PASSWORD})
        login = {"name": MALLORY, "password": MALLORYS_PASSWORD}
        mallorys = self.service().request("POST", "/api/admin/login", login).headers["Set-Cookie"]
        for planted in (CHOSEN, mallorys.split(";")[0].split("=")[1]):
            with self.subTest(planted=planted[:4]):
                self.forget_cookies()
                self.driver.get(f"http://127.0.0.1:{self.stranger}/")
                self.driver.execute_script("document.cookie = arguments[0]", f"{COOKIE}={planted}; path=/")
                self.assertEqual(self.tokens(), [planted])
                login = "return fetch('/api/admin/login', {method: 'POST', headers: {'Content-Type': 'application/json'}, " \
                        "body: JSON.stringify({name: arguments[0], password: arguments[1]})}).then((a) => a.status)"  # fmt: skip
                self.driver.get(f"{self.url}/healthz")
                self.assertEqual(self.driver.execute_script(login, NAME, PASSWORD), 200)
                self.assertEqual(len(self.tokens()), 1)
                self.assertNotEqual(self.tokens(), [planted])
                self.assertEqual(self.verdict(self.tokens()[0]), 200)
                self.assertEqual(self.verdict(planted), 401, "of no use to who planted it")

    def test_a_session_that_was_planted_for_a_path_alone_shadows_none(self):
        login = {"name": MALLORY, "password": MALLORYS_PASSWORD}
        planted = self.service().request("POST", "/api/admin/login", login).headers["Set-Cookie"].split(";")[0]
        self.log_in()
        self.driver.get(f"http://127.0.0.1:{self.stranger}/api/admin/")
        self.driver.execute_script("document.cookie = arguments[0]", f"{planted}; path=/api/admin")
        self.assertEqual(len(self.tokens()), 2)
        self.driver.get(f"{self.url}/admin")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login: of two, neither counts")

    def test_a_session_is_of_no_use_after_the_logout(self):
        self.log_in()
        [token] = self.tokens()
        self.assertEqual(self.verdict(token), 200)
        self.page.click("#logout")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login")
        self.assertEqual(self.tokens(), [])
        self.assertEqual(self.verdict(token), 401)
        self.driver.execute_cdp_cmd("Network.setCookie", {"name": COOKIE, "value": token, "url": self.url})
        self.driver.get(f"{self.url}/admin")
        self.page.until(lambda: self.page.find("#login").is_displayed(), "the login, with the old cookie put back")


if __name__ == "__main__":
    sys.exit(chromium_pages.main(CrossSiteCase, __doc__))
