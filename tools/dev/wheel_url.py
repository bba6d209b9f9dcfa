"""Prints where a wheel lies: python3 wheel_url.py PROJECT FILE

The index is the one that this machine's pip is configured for (environment, pip.conf or pip's default),
so that mirrors and proxies work. First line: the URL. Second line: pip's own CA file, or nothing.
"""

import ast
import functools
import html.parser
import json
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request


@functools.cache
def pip_configuration():
    """All of pip's settings, as {"global.index-url": value, ":env:.cert": value, …}."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    pairs = [line.partition("=") for line in lines]
    return {key: ast.literal_eval(value) for key, _, value in pairs if value}


def pip_setting(name):
    """A setting as `pip download` would see it, or ""."""
    for section in (":env:", "download", "global"):
        if value := pip_configuration().get(f"{section}.{name}"):
            return str(value)
    return ""


def index_urls():
    default = ""
    try:
        from pip._internal.models.index import PyPI

        default = PyPI.simple_url
    except ImportError:
        pass
    first = pip_setting("index-url") or default
    return [url for url in [first] + pip_setting("extra-index-url").split() if url]


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.hrefs.append(dict(attributes).get("href") or "")


def hrefs_of(page, content_type):
    if "json" in content_type:
        return [file["url"] for file in json.loads(page)["files"]]
    links = Links()
    links.feed(page)
    return links.hrefs


def find(project, file_name, index, context):
    url = index.rstrip("/") + "/" + project + "/"
    accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=60, context=context) as reply:
        page = reply.read().decode()
        hrefs = hrefs_of(page, reply.headers.get("Content-Type", ""))
        base = reply.geturl()
    for href in hrefs:
        link = urllib.parse.urljoin(base, href).split("#")[0]
        if urllib.parse.unquote(link).endswith("/" + file_name):
            return link
    return None


def main():
    project, file_name = sys.argv[1:]
    ca_file = pip_setting("cert")
    context = ssl.create_default_context(cafile=ca_file or None)
    for index in index_urls():
        try:
            link = find(project, file_name, index, context)
        except (OSError, ValueError, KeyError) as error:
            print(f"wheel_url: index of {project}: {error}", file=sys.stderr)
            continue
        if link:
            print(link)
            print(ca_file)
            return 0
    return 1


sys.exit(main())
