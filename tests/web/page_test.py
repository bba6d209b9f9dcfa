"""The page in a real headless Chromium, at the fake gateway or at a real one:

    python3 tests/web/page_test.py [--gateway http://127.0.0.1:7999 [--worker-pid PID]] [--screenshots FOLDER] [NAME...]

Needs Debian's chromium, chromium-driver and python3-selenium; exits with 77 where they are missing.
The checks by axe need `npm install --prefix /tmp/easel-axe axe-core`, and are skipped without.
With --worker-pid the last test kills the worker.
"""

import argparse
import os
import pathlib
import sys
import unittest

SKIPPED = 77
CASES = ("module_cases", "flow_cases", "failure_cases.FailureCase", "access_cases", "failure_cases.LastCase")
HERE = pathlib.Path(__file__).resolve().parent


def missing():
    """What is not installed, or None."""
    try:
        import selenium.webdriver  # noqa: F401
    except ImportError:
        return "python3-selenium"
    import browser

    for program in (browser.CHROMIUM, browser.DRIVER):
        if not os.access(program, os.X_OK):
            return program
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", help="URL of a real gateway with the demo model")
    parser.add_argument("--worker-pid", type=int, help="of its worker, which the last test kills")
    parser.add_argument("--screenshots", help="folder for pictures of the page")
    parser.add_argument("names", nargs="*", help="tests, as unittest -k takes them")
    arguments = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if lacking := missing():
        print(f"skipped: {lacking} is not installed")
        return SKIPPED
    import page_case

    page_case.Settings.gateway = arguments.gateway and arguments.gateway.rstrip("/")
    page_case.Settings.worker_pid = arguments.worker_pid
    page_case.Settings.screenshots = arguments.screenshots
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in arguments.names] or None
    suite = unittest.TestSuite(loader.loadTestsFromName(name) for name in CASES)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
