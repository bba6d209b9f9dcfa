"""Other requests beside logins, whose hashes take a core for 20 ms each: two at most run at once."""

import http.client
import json
import threading
import time

from ..machine import load
from .programs import Programs, Service, ask
from .row import Row

PASSWORD = "correct horse battery"
LOGINS_AT_ONCE = 4  # more of one name at once would count as guessing
REQUESTS = 300


class WithAdmin(Programs):
    def start_gateway(self):
        file = self.data_folder / "password"
        file.write_text(PASSWORD)
        Service.start_gateway(self, "--admin-password-file", str(file), "--max-connections-per-address", "512")


def log_in_until(stop, port, seconds):
    body = json.dumps({"name": "admin", "password": PASSWORD})
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        begin = time.perf_counter()
        connection.request("POST", "/api/admin/login", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            seconds.append(time.perf_counter() - begin)
        connection.close()


def page_seconds(connection):
    seconds = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        ask(connection, "GET", "/api/generations?limit=24")
        seconds.append(time.perf_counter() - begin)
        time.sleep(0.005)
    return seconds


def login_rows(options):
    with WithAdmin(options.programs, threads=1) as programs:
        connection = programs.connection()
        alone = Row("a page of the history, nobody logs in", page_seconds(connection), "", load())
        stop, logins = threading.Event(), []
        threads = [threading.Thread(target=log_in_until, args=(stop, programs.port, logins))
                   for _ in range(LOGINS_AT_ONCE)]
        for thread in threads:
            thread.start()
        beside = Row(f"the same while {LOGINS_AT_ONCE} log in without end", page_seconds(connection), "p99 ≤ 50", load())
        stop.set()
        for thread in threads:
            thread.join()
        connection.close()
    return [alone, beside, Row("one of these logins", logins, "p95 ≤ 1000", load())]
