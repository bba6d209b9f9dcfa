"""tools/check_tree.py finds what belongs to one machine."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_tree  # noqa: E402


def is_found(text, name="a.cpp"):
    return bool(list(check_tree.findings_in(name, text)))


class CheckTreeTest(unittest.TestCase):
    # Put together here, so that this file itself holds none of them.
    def test_finds_what_belongs_to_one_machine(self):
        self.assertTrue(is_found('open("/ho' + 'me/someone/model")'))
        self.assertTrue(is_found("-DROOT=" + "/op" + "t/torch"))
        self.assertTrue(is_found("url = https:" + "//mirror.invalid/simple"))
        self.assertTrue(is_found("token = hf" + "_" + "a" * 34))
        self.assertTrue(is_found("<<<<" + "<<< HEAD"))
        self.assertTrue(is_found("\n" * 401))

    def test_leaves_the_rest_alone(self):
        for text in ("https://github.com/owner/name", "/usr/include", "/proc/meminfo", "a/work/b", "$HOME/x"):
            self.assertFalse(is_found(text), text)
        self.assertFalse(is_found("\n" * 401, "picture.svg"))


if __name__ == "__main__":
    unittest.main()
