"""The locks: complete, and installed as pinned whatever has been released since.

pip once took a newer release for what a lock pins without its extra, and stopped: it had no hash
for that one. No test saw it, because on the day the lock was written nothing newer existed. Here
newer releases of everything exist, in a folder of invented wheels, and the commands that ``make``
runs are run by the oldest pip that this Python ever brought and by the newest.
"""

import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from notifications_app.core.database import ROOT

pytestmark = pytest.mark.slow

LOCKS = ("run", "dev")
#: The folders of the environment into which the Makefile downloads each pip.
PIPS = ("pip-oldest", "pip")
PYTHONS = ("3.11", "3.12", "3.13")
NEWER = "9999"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


# ---- What the locks say ----


def entries(text: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its hashes."""
    for line in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", line)
        if requirement and not requirement.startswith("#"):
            yield Requirement(requirement), hashes


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def version(requirement: Requirement) -> str:
    """The one version that a pinned requirement allows."""
    (only,) = requirement.specifier
    assert only.operator == "==", requirement
    return only.version


def applies(requirement: Requirement, python: dict[str, str], extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**python, "extra": extra})


def markers(**other: str) -> dict[str, str]:
    """The markers of this machine and this Python, or of another."""
    return {name: str(value) for name, value in default_environment().items()} | other


def markers_of(python: str) -> dict[str, str]:
    return markers(python_version=python, python_full_version=f"{python}.9")


def pins(name: str, python: dict[str, str]) -> dict[str, str]:
    """The version of each package that a lock installs."""
    found = [one for one, _ in entries(lock(name)) if applies(one, python)]
    pinned: dict[str, str] = {canonicalize_name(one.name): version(one) for one in found}
    assert len(pinned) == len(found), "a package is pinned twice"
    return pinned


def wanted(name: str) -> list[Requirement]:
    """The requirements in ``pyproject.toml``: all extras in one lock, the group in the other."""
    if name == "dev":
        asked = PROJECT["dependency-groups"]["dev"]
    else:
        extras = PROJECT["project"]["optional-dependencies"].values()
        asked = [*PROJECT["project"]["dependencies"], *(one for extra in extras for one in extra)]
    return [Requirement(one) for one in asked]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_all_that_its_packages_need(name: str, python: str) -> None:
    environment = markers_of(python)
    pinned = pins(name, environment)
    waiting = [one for one in wanted(name) if applies(one, environment)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        package = canonicalize_name(requirement.name)
        assert package in pinned, f"{requirement} is not in {name}.txt"
        assert requirement.specifier.contains(pinned[package], prereleases=True), requirement
        for extra in {"", *requirement.extras} - {one for at, one in seen if at == package}:
            seen.add((package, extra))
            waiting += needs(package, pinned[package], environment, extra)
    if python == "{}.{}".format(*sys.version_info):
        assert {package for package, _ in seen} == set(pinned), "more is pinned than is needed"


def needs(package: str, pinned: str, python: dict[str, str], extra: str) -> list[Requirement]:
    """The requirements of a package; none if another Python has another version of it."""
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return []
    if distribution.version != pinned:
        return []
    asked = [Requirement(one) for one in distribution.requires or []]
    return [one for one in asked if applies(one, python, extra)]


@pytest.mark.parametrize("python", PYTHONS)
def test_both_locks_pin_the_same_versions(python: str) -> None:
    run, dev = (pins(name, markers_of(python)) for name in LOCKS)
    assert {name: run[name] for name in run.keys() & dev} == {
        name: dev[name] for name in run.keys() & dev
    }


def test_every_line_has_hashes_and_no_lock_names_an_address() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in file.read_text(), file
        for requirement, hashes in entries(file.read_text()):
            assert version(requirement)
            assert hashes, requirement
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


# ---- What make does with them ----


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program without the settings of this machine's pip and of the make around it."""
    clean = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return subprocess.run(
        list(words), cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )


def recipe(target: str, environment: Path) -> list[str]:
    """The lines with pip that make would run, the environment being in that folder."""
    shown = run("make", "-n", f"VENV={environment}", target, cwd=ROOT)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.replace("\\\n", " ").splitlines()
    return [line for line in lines if re.search(r"\bpip\b", line)]


def test_pip_never_resolves_anything(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    lines = [line for one in (f"{folder}/.dev", "lock") for line in recipe(one, folder)]
    calls = [
        call
        for line in lines
        for call in line.split(";")
        if re.search(r"\bpip\"? (install|download)\b", call)
    ]
    assert len(calls) == 5
    for call in calls:
        assert "--no-deps" in call, call
        assert "--require-hashes" in call or call.endswith("--no-build-isolation -e ."), call


def make_wheel(folder: Path, metadata: str) -> str:
    """Write a wheel that is nothing but its metadata; return its hash as a lock has it."""
    name, release = (
        re.search(rf"^{field}: (.+)$", metadata, re.MULTILINE)[1] for field in ("Name", "Version")
    )
    stem = f"{re.sub(r'[-_.]+', '_', name)}-{release}"
    files = {
        "METADATA": metadata,
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    file = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for inside, text in files.items():  # without the time: a wheel made twice is the same
            archive.writestr(zipfile.ZipInfo(f"{stem}.dist-info/{inside}"), text)
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def real_metadata(name: str) -> str:
    """The head of an installed package's metadata, without its description."""
    text = importlib.metadata.distribution(name).read_text("METADATA") or ""
    return text.partition("\n\n")[0] + "\n"


def environment_with(pip: str, folder: Path) -> Path:
    """An environment that has nothing but one of the two pips; its programs."""
    wheels = list((Path(sys.prefix) / pip).glob("*.whl"))
    assert wheels, "the environment of the tests is made by make, which downloads two pips"
    venv.create(folder, symlinks=True, with_pip=False)
    programs = folder / "bin"
    words = ("-m", "pip", "--python", programs / "python", "install", "--no-index", "--no-deps")
    done = run(sys.executable, *words, wheels[0], cwd=folder)
    assert done.returncode == 0, done.stderr
    return programs


def installed(programs: Path) -> dict[str, str]:
    done = run(programs / "pip", "list", "--format=json", cwd=programs)
    found = {canonicalize_name(one["name"]): one["version"] for one in json.loads(done.stdout)}
    return {name: release for name, release in found.items() if name != "pip"}


def offline(wheels: Path) -> dict[str, str]:
    """Settings under which pip knows the invented wheels alone."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_NO_CACHE_DIR": "1"}


@pytest.mark.parametrize("pip", PIPS)
def test_newer_versions_change_nothing(pip: str, tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    here = markers()
    for name in LOCKS:
        lines = []
        for requirement, _ in entries(lock(name)):
            if applies(requirement, here):
                metadata = real_metadata(requirement.name)
                assert f"\nVersion: {version(requirement)}\n" in metadata, "run make again"
                made = make_wheel(wheels, metadata)
                newer = re.sub(r"(?m)^Version: .+$", f"Version: {NEWER}", metadata)
                make_wheel(wheels, newer)
                lines.append(f"{requirement} --hash={made}\n")
        (tmp_path / "requirements" / f"{name}.txt").write_text("".join(lines))
    project = tmp_path / "project"
    project.mkdir()
    make_wheel(project, real_metadata(PROJECT["project"]["name"]))

    programs = environment_with(pip, tmp_path / "environment")
    calls = recipe(f"{programs.parent}/.dev", programs.parent)
    install = [call for call in calls if " install " in call and " -r " in call]
    check = [call for call in calls if call.endswith("exit 1; }")]
    assert len(install) == 2
    assert check
    (own,) = project.iterdir()
    steps = [*install, f"'{programs}/pip' install --no-deps '{own}'", check[-1]]
    for step in steps:
        done = run("bash", "-euc", step, cwd=tmp_path, **offline(wheels))
        assert done.returncode == 0, done.stdout + done.stderr
    assert installed(programs) == {
        **pins("run", here),
        **pins("dev", here),
        PROJECT["project"]["name"]: PROJECT["project"]["version"],
    }


INVENTED = {
    "cover": "Name: cover\nVersion: 1.0\nProvides-Extra: toml\n",
    "cover-newer": "Name: cover\nVersion: 2.0\nProvides-Extra: toml\n",
    "plugin": "Name: plugin\nVersion: 1.0\nRequires-Dist: cover[toml]>=1.0\n",
}


@pytest.mark.parametrize("pip", PIPS)
def test_a_package_asked_for_with_an_extra_stays_at_its_pin(pip: str, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    hashes = {
        name: make_wheel(wheels, f"Metadata-Version: 2.1\n{metadata}")
        for name, metadata in INVENTED.items()
    }
    (requirements / "run.txt").write_text(
        f"cover==1.0 --hash={hashes['cover']}\nplugin==1.0 --hash={hashes['plugin']}\n"
    )
    programs = environment_with(pip, tmp_path / "environment")
    calls = recipe(f"{programs.parent}/.run", programs.parent)
    (install,) = [call for call in calls if " install " in call]
    done = run("bash", "-euc", install, cwd=tmp_path, **offline(wheels))
    assert done.returncode == 0, done.stderr
    assert installed(programs) == {"cover": "1.0", "plugin": "1.0"}
