"""What is published: the built wheel in an environment that has nothing else of this package."""

import os
import re
import shutil
import subprocess
import sys
import uuid
import venv
import zipfile

import pytest

from conftest import ROOT, eventually

pytest.importorskip("build")
pytest.importorskip("twine")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source distribution, built in a copy: nothing is left in the repository."""
    source = tmp_path_factory.mktemp("source") / "python"
    shutil.copytree(ROOT / "python", source, ignore=shutil.ignore_patterns("tests", "*.egg-info", "__pycache__"))
    out = source / "dist"
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)])
    return sorted(out.iterdir())


def run(command, **how):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_index_would_take_it(built):
    assert [file.suffix for file in built] == [".whl", ".gz"]
    run([sys.executable, "-m", "twine", "check", "--strict", *map(str, built)])


def test_it_has_every_module_and_what_they_read(built):
    source = ROOT / "python" / "src"
    files = {str(file.relative_to(source)) for file in source.rglob("*") if file.suffix in (".py", ".typed", ".proto")}

    with zipfile.ZipFile(built[0]) as wheel:
        packed = {name for name in wheel.namelist() if name.startswith("connectome/")}

    assert packed == files


def test_the_lines_of_the_readme_run_in_a_clean_environment(built, platform, tmp_path):
    folder = tmp_path / "clean"
    venv.create(folder, system_site_packages=True, with_pip=True)
    python = folder / "bin" / "python"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run([python, "-m", "pip", "install", "--no-index", "--no-deps", built[0]], env=environment)
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "python" / "README.md").read_text(), re.DOTALL)
    name = f"readme-{uuid.uuid4().hex[:8]}"
    environment["CONNECTOME_URL"] = platform.url

    run([python, "-c", example, name], env=environment, cwd=tmp_path)

    assert (tmp_path / "model.pt").exists()
    ended = eventually(lambda: platform.get(f"runs/{name}"), lambda run: run["state"] == "RUN_STATE_STOPPED")
    assert ended["decision"]["policyId"] == "default"
    where = run([python, "-c", "import connectome; print(connectome.__file__)"], env=environment, cwd=tmp_path)
    assert where.startswith(str(folder))
