"""What is built of the package holds everything that the service reads."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What a build needs of the project, in a folder of its own: a source archive is put together beside it."""
    folder = tmp_path / "source"
    shutil.copytree(ROOT / "service", folder / "service")
    for name in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


def setuptools(source: Path, command: str, *arguments: str) -> None:
    """Runs what a build of the package runs inside, with the setuptools of this environment and no network."""
    finished = subprocess.run(
        [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", command, *arguments],
        cwd=source,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def read_by_the_service() -> set[str]:
    """Every file of the package, code or not, but for what the interpreter leaves."""
    every = (path for path in (ROOT / "service").rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in every if "__pycache__" not in path.parts}


def test_a_wheel_holds_every_file_of_the_package_and_nothing_else(tmp_path: Path, source: Path) -> None:
    """`build_py` lays out the folder that a wheel is made of."""
    setuptools(source, "egg_info", "--egg-base", str(tmp_path), "build_py", "--build-lib", str(tmp_path / "built"))

    built = {str(path.relative_to(tmp_path / "built")) for path in (tmp_path / "built").rglob("*") if path.is_file()}
    assert built == read_by_the_service()


def test_a_source_archive_holds_every_file_of_the_package(tmp_path: Path, source: Path) -> None:
    setuptools(
        source, "egg_info", "--egg-base", str(tmp_path), "sdist", "--dist-dir", str(tmp_path), "--formats", "gztar"
    )

    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        held = {name.partition("/")[2] for name in members.getnames()}
    assert held >= read_by_the_service()
    assert not any(name.endswith(".pyc") for name in held)
