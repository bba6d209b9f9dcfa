"""The page's tests at the real gateway and worker: python3 page_at_service_test.py FOLDER_OF_PROGRAMS PYTHON [NAME...]

PYTHON is one that has Selenium. Exits with 77 where no browser is to be had.
"""

import pathlib
import subprocess
import sys

from service import Service

PAGE_TEST = pathlib.Path(__file__).resolve().parent.parent / "web/page_test.py"


def main():
    programs, python, *names = sys.argv[1:]
    with Service(programs) as service:
        url = f"http://127.0.0.1:{service.port}"
        return subprocess.call(
            [python, PAGE_TEST, "--gateway", url, "--worker-pid", str(service.worker.pid), *names]
        )


if __name__ == "__main__":
    sys.exit(main())
