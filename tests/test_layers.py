"""The layout shows the architecture: the layers hold, and no file outgrows one idea."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_LINES = 300
HOUSE = ("bot", "handlers", "models", "scheduler", "simulator")


def test_imports_run_downward() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_outgrows_one_idea() -> None:
    files = [path for folder in HOUSE for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    large = {str(path.relative_to(ROOT)): lines for path in files if (lines := _lines(path)) > MOST_LINES}
    assert len(files) > 150 and not large


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
