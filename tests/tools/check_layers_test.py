"""tools/check_layers.py finds what the layers forbid, and only that."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class CheckLayersTest(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.tree)
        (self.tree / "tools").mkdir()
        shutil.copy(ROOT / "tools/layers.txt", self.tree / "tools")

    def check(self, file, include):
        """The exit code for a tree that holds only `file` with that one include."""
        path = self.tree / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#include {include}\n")
        command = [sys.executable, ROOT / "tools/check_layers.py", self.tree]
        code = subprocess.run(command, capture_output=True, check=False).returncode
        path.unlink()
        return code

    def test_refuses_what_a_layer_may_not_know(self):
        for file, include in (
            ("base/a.h", '"engine/api/dtype.h"'),
            ("base/a.h", "<ATen/ATen.h>"),
            ("engine/api/a.h", "<c10/core/Device.h>"),
            ("engine/weights/a.cpp", "<ATen/ATen.h>"),
            ("engine/tokenizers/a.cpp", '"engine/image/png.h"'),
            ("engine/nn/a.cpp", '"engine/families/flux/config.h"'),
            ("engine/nn/a.cpp", "<torch/torch.h>"),
            ("engine/memory/block_streamer.cpp", "<ATen/ATen.h>"),
            ("engine/runtime/a.cpp", "<grpcpp/grpcpp.h>"),
            ("engine/runtime/a.cpp", "<sqlite3.h>"),
            ("services/cli/a.cpp", '"engine/runtime/model.h"'),
            ("services/cli/a.cpp", "<ATen/ATen.h>"),
            ("elsewhere/a.h", '"base/error.h"'),
        ):
            with self.subTest(file=file, include=include):
                self.assertEqual(self.check(file, include), 1)

    def test_refuses_one_family_in_another(self):
        self.assertEqual(self.check("engine/families/sdxl/a.cpp", '"engine/families/flux/config.h"'), 1)
        self.assertEqual(self.check("engine/families/stage.h", '"engine/families/flux/config.h"'), 1)
        self.assertEqual(self.check("engine/families/registry.cpp", '"engine/families/flux/family.h"'), 0)

    def test_allows_what_stands_below(self):
        for file, include in (
            ("base/a.h", "<vector>"),
            ("base/a.cpp", "<sys/mman.h>"),
            ("engine/api/a.h", '"base/error.h"'),
            ("engine/nn/a.cpp", "<ATen/ATen.h>"),
            ("engine/families/flux/a.cpp", '"engine/families/flux/config.h"'),
            ("engine/families/flux/a.cpp", '"engine/families/stage.h"'),
            ("services/cli/a.cpp", '"engine/api/generate.h"'),
        ):
            with self.subTest(file=file, include=include):
                self.assertEqual(self.check(file, include), 0)


if __name__ == "__main__":
    unittest.main()
