"""Build the site: the book, and beside it the same notebooks to run in a browser (JupyterLite).

python tools/browser_site.py _build/site
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

from building import DOWNLOADS, EPOCH, ROOT, build, say_where

LITE = "lite"  # the folder beside the book's pages
KERNEL = "@jupyterlite/pyodide-kernel-extension"
# What the chapters import, from Pyodide's own distribution; they are loaded when the kernel starts.
PACKAGES = ["numpy", "sympy", "matplotlib", "pyyaml"]
# A wheel is looked up from where the kernel's worker lies: lite/extensions/@jupyterlite/<name>/static.
FROM_WORKER = "../../../../pypi/"


def build_book(target):
    """Build the book's pages, with a button that leads into the notebooks, and the wheel for a downloaded one."""
    build(target, "html", {"run_in_browser": f"{LITE}/notebooks/index.html"})
    build_wheel(target / DOWNLOADS)


def build_wheel(folder):
    """Build cnnlib's wheel from a copy of its sources, which leaves the tree as it is."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, copy)
        shutil.copytree(ROOT / "cnnlib", Path(copy, "cnnlib"), ignore=shutil.ignore_patterns("__pycache__"))
        # With another prefix: setuptools fails where that of this environment has a brace or a dollar sign.
        builder = venv.EnvBuilder(symlinks=os.name != "nt")
        builder.create(Path(copy, "python"))
        command = [
            builder.ensure_directories(Path(copy, "python")).env_exe,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            folder,
            copy,
        ]
        variables = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib"), "SOURCE_DATE_EPOCH": EPOCH}
        subprocess.run(command, check=True, env=variables)
    return next(Path(folder).glob("cnnlib-*.whl"))


def copy_contents(folder):
    """Copy what a reader runs: the notebooks, the file that one of them reads, and the picture that one shows."""
    (folder / "_static").mkdir(parents=True)
    chapters = ROOT / "chapters"
    for path in [*sorted(chapters.glob("*.ipynb")), chapters / "source_claims.yml", chapters / "_static" / "speed.svg"]:
        shutil.copyfile(path, folder / path.relative_to(chapters))


def settings(wheel):
    """Say what the kernel loads when it starts, and that it asks no package index."""
    kernel = {"loadPyodideOptions": {"packages": [*PACKAGES, FROM_WORKER + wheel]}, "disablePyPIFallback": True}
    data = {
        "appName": "Backpropagation through convolutional networks",
        "litePluginSettings": {f"{KERNEL}:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def build_settings(place, target, wheel):
    """Say what JupyterLite builds: no more applications and extensions than the notebooks need."""
    extensions = Path(sysconfig.get_path("data"), "share", "jupyter", "labextensions")
    wheels = [wheel, *sorted(Path(sys.prefix, "wheels").glob("*.whl"))]
    return {
        "LiteBuildConfig": {
            "lite_dir": str(place),
            "output_dir": str(target),
            "contents": [str(place / "contents")],
            "apps": ["lab", "notebooks", "tree"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extensions / name) for name in (KERNEL, "jupyterlab-myst")],
            "source_date_epoch": int(EPOCH),
        },
        "PipliteAddon": {"piplite_urls": [str(path) for path in wheels]},
    }


def build_lite(target):
    """Build the JupyterLite site into a folder; nothing of the reader's own JupyterLab goes into it."""
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        wheel = build_wheel(place / "wheels")
        copy_contents(place / "contents")
        (place / "jupyter-lite.json").write_text(json.dumps(settings(wheel.name)), encoding="utf-8")
        (place / "jupyter_lite_config.json").write_text(
            json.dumps(build_settings(place, target, wheel)), encoding="utf-8"
        )
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        result = subprocess.run(command, cwd=place, capture_output=True, encoding="utf-8")
    if result.returncode:
        sys.exit(f"JupyterLite did not build:\n{result.stdout}{result.stderr}")


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    shutil.rmtree(target, ignore_errors=True)
    build_book(target)
    build_lite(target / LITE)
    say_where(target / "index.html")
