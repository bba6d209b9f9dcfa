"""What is measured: checkpoints, sizes, dtypes."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Case:
    name: str
    model: Path
    dtype: str
    side: int
    steps: int
    text_length: int

    def options(self):
        """Of `easel generate` and of bench_diffusers.py alike."""
        return ["--model", str(self.model), "--prompt", "a red circle on a white background", "--seed", "1",
                "--width", str(self.side), "--height", str(self.side), "--steps", str(self.steps),
                "--max-sequence-length", str(self.text_length), "--dtype", self.dtype]


def small_cases():
    tiny = ROOT / "tests" / "data" / "flux" / "models" / "dev_a"
    demo = ROOT / "demo" / "model"
    for dtype in ("fp32", "bf16"):
        yield Case("tiny", tiny, dtype, side=64, steps=8, text_length=512)
        if demo.exists():
            yield Case("demo", demo, dtype, side=128, steps=20, text_length=48)  # as its easel.json says


def real_width_cases(folder):
    """FLUX at its own width with one double and two single blocks; written once a dtype, 1 to 2 GB each."""
    maker = ROOT / "tools" / "reference" / "make_real_width.py"
    for dtype in ("fp32", "bf16"):
        model = Path(folder) / dtype
        subprocess.run([sys.executable, maker, model, "--double", "1", "--single", "2", "--dtype", dtype],
                       check=True, stdout=subprocess.DEVNULL)
        yield Case("real width", model, dtype, side=256, steps=6, text_length=512)
