"""Run a program of the book in the book's own environment, apart from what the reader has set up.

    python3 -I tools/environment.py -- tools/notebooks.py stride     Python runs this, with the arguments behind it
    python3 -I tools/environment.py --with lab -- -m jupyter lab     with the packages of an extra of pyproject.toml
    python3 -I tools/environment.py --program -- rm -rf _build       another program, which needs no packages

One program at a time works in a tree; the next one waits. The environment is `.venv`, a link to a folder in
`.venvs`. Its name is a digest of all that went into it: a file that changed, another Python, a tree that was copied
or moved, and a new environment is made beside the old one. The link changes when the new one is complete.

Needs nothing but Python, whose standard library it alone imports: it runs before anything is installed.
"""

import argparse
import ast
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLED_FROM = {"locked": "requirements.lock", "newest": "requirements.txt", "oldest": "requirements.txt"}
# What an extra needs beside its packages: a wheel that Pyodide's kernel would otherwise fetch when it starts.
WHEELS = {"site": ["comm>=0.2,<0.3"]}

# --- What the reader has set up ---------------------------------------------------------------

# Nothing else of the reader's variables reaches the book's programs: whatever a tool reads from one may change
# what a page shows. These say where programs, folders, the screen and the network are.
KEPT = {
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "XDG_CACHE_HOME"),
    *("TERM", "COLORTERM", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "CI"),
    # On Windows nothing runs without these.
    *(
        "SYSTEMROOT",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "TEMP",
        "TMP",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "PROGRAMDATA",
    ),
}
# Whatever a tool would read from, or write into, the reader's home.
FOLDERS = ("MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
# Text is UTF-8 in every locale. pip reads no file of the reader's: see `index_settings`.
STATED = {
    "PYTHONUTF8": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "JUPYTER_PREFER_ENV_PATH": "1",
}


def clean(variables, folder, kept=()):
    """Give the variables with which the book's programs run.

    Parameters
    ----------
    variables : mapping
        The reader's variables.
    folder : Path
        The environment; the tools' settings go into a folder in it, or, if that cannot be written, into a new one.
    kept : iterable of str
        Names that are kept beside `KEPT`.

    Returns
    -------
    dict
    """
    settings = Path(folder, "settings")
    if not os.access(settings if settings.exists() else folder, os.W_OK):
        settings = Path(tempfile.mkdtemp(prefix="book-settings-"))
    own = {name: str(settings / name.lower()) for name in FOLDERS}
    return {name: value for name, value in variables.items() if name in KEPT or name in kept} | STATED | own


# What pip's configuration may say: where a package index is, and how to reach it. Its other options, such as --user or
# a constraint, would change what is installed.
PLACES = {"index-url", "extra-index-url", "find-links", "no-index"}
WAY = {
    *("proxy", "cert", "client-cert", "trusted-host", "keyring-provider", "use-feature"),
    *("timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir"),
}
# The same for uv, which does not read pip's; each with what stands between several values.
FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "proxy": ("ALL_PROXY", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
}


def pip_configuration(python, variables):
    """Give what pip says about its configuration, from the reader's variables and the files that they lead to."""
    # A "user = true" in a file would make pip list only the user's own file.
    ask, variables = [python, "-Im", "pip", "config", "list"], {**variables, "PIP_USER": "0"}
    return subprocess.run(ask, env=variables, capture_output=True, text=True, encoding="utf-8").stdout


def index_settings(configuration, options):
    """Give, as variables, what pip's configuration says about package indexes.

    Parameters
    ----------
    configuration : str
        What ``pip config list`` prints: lines such as ``global.index-url='https://...'``.
    options : set of str
        `PLACES`, `WAY` or both.

    Returns
    -------
    dict
        Variables for pip and for uv.
    """
    found = {}
    lines = [re.match(r"(global|install|:env:)\.([\w-]+)=(.*)", line) for line in configuration.splitlines()]
    for section in ("global", "install", ":env:"):  # the later one counts
        found |= {line[2]: str(ast.literal_eval(line[3])).split() for line in lines if line and line[1] == section}
    found = {option: values for option, values in found.items() if option in options}
    for_pip = {"PIP_" + option.upper().replace("-", "_"): " ".join(values) for option, values in found.items()}
    for_uv = {FOR_UV[option][0]: FOR_UV[option][1].join(found[option]) for option in FOR_UV if option in found}
    # As pip: any index may have the file that the hash admits, and the system's certificates count.
    return for_pip | for_uv | {"UV_NO_CONFIG": "1", "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NATIVE_TLS": "1"}


# --- One at a time ----------------------------------------------------------------------------


def wait_for_turn(folder, doing):
    """Wait until no other program works in the tree; the lock is held until this process ends, or closes it.

    Parameters
    ----------
    folder : Path
        Where the lock lies.
    doing : str
        What is said to those who wait.

    Returns
    -------
    int
        The descriptor of the lock. A program that takes this one's place inherits it.
    """
    import fcntl  # not on Windows, where there is no make either

    path = folder / "lock"
    try:
        folder.mkdir(exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT)
    except OSError:  # another one's tree: it can be read
        if not path.exists():
            raise SystemExit(CANNOT_WRITE) from None
        lock = os.open(path, os.O_RDONLY)
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = path.read_text(encoding="utf-8")
        print(f"Another make works in this folder{f' ({other})' if other else ''}; waiting for it ...", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    with contextlib.suppress(OSError):
        os.truncate(lock, 0)
        os.write(lock, f"process {os.getpid()}: {doing}".encode())
    return lock


# --- Places -----------------------------------------------------------------------------------

CANNOT_WRITE = f"You may not write in {ascii(str(ROOT))[1:-1]}. Copy it into a folder of your own, and run make there."


def refused(tree):
    """Say why nothing can be made in the folder ``tree``, or give None."""
    name = str(tree)
    if not name.isprintable():
        return f"The name of this folder has characters that cannot be printed: {ascii(name)}. Rename it, or a folder above it."
    if os.pathsep in name:
        return f'The name of this folder has a "{os.pathsep}": {name}. Python makes no environment there. Rename it, or a folder above it.'
    return None


# --- The environment --------------------------------------------------------------------------


def inputs(tree, versions):
    """Give all that an environment depends on: where it stands, whose Python it is, and what is installed, by content.

    Parameters
    ----------
    tree : Path
    versions : str
        A key of `INSTALLED_FROM`.

    Returns
    -------
    dict
    """
    import tomllib  # since Python 3.11, which `main` has asked for

    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    built = [project["build-system"], project["project"], project["tool"]["setuptools"]]
    names = [INSTALLED_FROM[versions], "tools/installer.lock", "tools/environment.py"]
    return {
        "folder": str(tree),
        "Python": f"{platform.python_implementation()} {sys.version_info[0]}.{sys.version_info[1]}, {sysconfig.get_platform()}",
        "versions": versions,
        "content": {
            "pyproject.toml": _digest(json.dumps(built, sort_keys=True).encode()),
            **{name: _digest((tree / name).read_bytes()) for name in names},
        },
    }


def _digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


def changes(old, new):
    """List in words what differs between the inputs of two environments."""
    told = [
        f"its {name} is {old.get(name)}, not {new[name]}"
        for name in new
        if name != "content" and old.get(name) != new[name]
    ]
    before = old.get("content", {})
    return told + [f"{name} has changed" for name, digest in new["content"].items() if before.get(name) != digest]


def ready(tree, versions):
    """Give the environment of a tree; make it, if there is none that fits.

    Raises
    ------
    SystemExit
        If it could not be made. The one that was there is still there.
    """
    wanted = inputs(tree, versions)
    folder, link = tree / ".venvs" / _digest(json.dumps(wanted).encode()), tree / ".venv"
    if not _works(folder):
        old = _made_of(link)
        if not os.access(tree, os.W_OK):
            raise SystemExit(CANNOT_WRITE)
        why = "; ".join(changes(old, wanted) or ["it is damaged"]) if old else "there is none yet"
        print(f"Making the environment, .venv: {why}.", flush=True)
        begin = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _make(folder, tree, versions)
        except Failure as failure:
            shutil.rmtree(folder, ignore_errors=True)
            kept = "\nThe old environment is still there, as it was." if old else ""
            raise SystemExit(f"{failure}{kept}") from None
        (folder / MADE_OF).write_text(json.dumps(wanted, indent=1), encoding="utf-8")  # last: now it is complete
        print(f"The environment is ready, after {time.monotonic() - begin:.0f} s.", flush=True)
    if _point(link, folder):
        for other in folder.parent.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)
    return folder


MADE_OF = "made-of.json"


def _made_of(folder):
    try:
        return json.loads((folder / MADE_OF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _works(folder):
    """Say whether a folder is a complete environment whose Python still runs."""
    try:
        return _made_of(folder) is not None and subprocess.run([folder / "bin/python", "-Ic", ""]).returncode == 0
    except OSError:  # the Python from which it was made is gone
        return False


def _point(link, folder):
    """Let the link lead to an environment, at one moment to the old one, at the next to the new one; say if it changed."""
    target = os.path.join(folder.parent.name, folder.name)
    if link.is_symlink() and os.readlink(link) == target:
        return False
    if link.is_dir() and not link.is_symlink():  # as it was made by hand
        link.rename(tempfile.mkdtemp(dir=folder.parent))
    new = folder.parent / "link"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
    return True


class Failure(Exception):
    """An installation that did not work."""


def _make(folder, tree, versions):
    """Make an environment and install cnnlib, where it stands, and all that the book needs."""
    variables = _empty(folder)
    has_uv = versions != "newest" and _install_uv(folder, tree, variables)
    if versions == "oldest" and not has_uv:
        raise Failure("Only uv finds the oldest packages, and it is not to be had.")
    if versions == "locked":
        count = len(re.findall("^[^ #]+==", (tree / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
        install(folder, ["--require-hashes", "-r", "requirements.lock"], variables, f"up to {count} packages", has_uv)
    else:
        text = (tree / "requirements.txt").read_text(encoding="utf-8")
        (folder / "asked.txt").write_text(text.replace("-e .", ""), encoding="utf-8")
        oldest = ["--resolution", "lowest-direct"] if versions == "oldest" else []
        install(folder, [*oldest, "-r", folder / "asked.txt"], variables, f"the {versions} packages", has_uv)
    lead_to(tree, folder)
    with Step("the list of fonts"):  # Matplotlib would otherwise announce in a notebook that it makes it
        run([folder / "bin/python", "-c", "import matplotlib.font_manager"], variables)


def lead_to(tree, folder):
    """Let an environment import the cnnlib that stands in a tree.

    `pip install -e .` does the same, but setuptools fails where the path has a brace or a dollar sign.
    """
    import tomllib

    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (packages,) = folder.glob("lib/python*/site-packages")
    about = packages / f"{project['name']}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    # A line that is run may name any path: Python reads this file in the encoding of the locale.
    (packages / "cnnlib.pth").write_text(f"import sys; sys.path.append({ascii(str(tree))})\n", encoding="ascii")


def _empty(folder):
    """Make an environment that has only pip, and give the variables with which to install more."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        raise SystemExit(NO_VENV) from None
    with Step("an empty environment"):
        venv.create(folder, symlinks=True)
        (folder / "settings").mkdir()
        run([folder / "bin/python", "-Im", "ensurepip", "--default-pip"], clean(os.environ, folder))
    return _for_installing(folder)


def _for_installing(folder, options=PLACES | WAY):
    return clean(os.environ, folder) | index_settings(pip_configuration(folder / "bin/python", os.environ), options)


def _install_uv(folder, tree, variables):
    """Install uv, which is several times faster than pip; say whether there is one for this machine."""
    try:
        install(
            folder,
            ["--only-binary=:all:", "--require-hashes", "-r", "tools/installer.lock"],
            variables,
            "uv, which installs the others",
        )
    except Failure:
        return False  # pip goes the whole way, and says what is wrong if it does not arrive
    return True


def install(folder, what, variables, said, has_uv=False):
    """Install packages with uv or, where there is none or it fails, with pip."""
    python = folder / "bin/python"
    with Step(said) as step:
        if has_uv:
            try:
                return run([python, "-m", "uv", "pip", "install", "--python", python, *what], variables, step)
            except Failure as failure:
                step.note(f"uv could not; pip tries. It said:\n{failure}")
        # Nothing is compiled on the way in: most modules are never imported.
        run([python, "-m", "pip", "install", "--no-compile", *what], variables, step)


def add(folder, extra):
    """Install the packages of an extra of pyproject.toml; none that is there already changes its version."""
    import tomllib

    done, python = folder / f"extra-{extra}", folder / "bin/python"
    if done.exists():
        return
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"][
        extra
    ]
    variables = _for_installing(folder)
    listed = subprocess.run(
        [python, "-m", "pip", "freeze", "--exclude-editable"],
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    (folder / "there.txt").write_text(listed.stdout, encoding="utf-8")
    try:
        install(
            folder,
            ["-c", folder / "there.txt", *needed],
            variables,
            f"the packages of the extra {extra!r}",
            (folder / "bin/uv").exists(),
        )
        if extra in WHEELS:
            run([python, "-m", "pip", "download", "--no-deps", "--dest", folder / "wheels", *WHEELS[extra]], variables)
    except Failure as failure:
        raise SystemExit(str(failure)) from None
    done.touch()


def alone(requirement):
    """Make an environment that holds one program and what it needs, and give it with the program's variables.

    It looks at the public package index: what a reader's own index has is not for everyone's lock.
    """
    folder = ROOT / ".venvs" / "alone"
    shutil.rmtree(folder, ignore_errors=True)
    variables = _empty(folder)
    try:
        install(folder, [requirement], variables, requirement)
    except Failure as failure:
        raise SystemExit(str(failure)) from None
    return folder, _for_installing(folder, WAY)


# --- What is seen meanwhile -------------------------------------------------------------------


class Step:
    """One line that says what is done, how many packages so far, and how long it has taken."""

    EVERY = 10  # seconds, where lines cannot be written over

    def __init__(self, what):
        self.what, self.count, self.begin, self.over = what, 0, time.monotonic(), threading.Event()
        self.live = sys.stdout.isatty()

    def __enter__(self):
        self.thread = threading.Thread(target=self._show, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        self.thread.join()
        if kind is None or not issubclass(kind, Failure):
            self._line(f"{time.monotonic() - self.begin:5.1f} s", "\n")

    def note(self, text):
        self._line(text, "\n")

    def _show(self):
        while not self.over.wait(0.2 if self.live else self.EVERY):
            so_far = f"{self.count} so far, " if self.count else ""
            self._line(f"{so_far}{time.monotonic() - self.begin:.0f} s ...", "" if self.live else "\n")

    def _line(self, state, end):
        start = "\r\033[K" if self.live else ""
        print(f"{start}  {self.what}: {state}", end=end, flush=True)


def run(command, variables, step=None):
    """Run a part of the installation in silence, and count the packages that it names.

    Raises
    ------
    Failure
        With the end of what it printed, if it fails.
    """
    said = []
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            line = line.decode(errors="replace")
            said.append(line)
            if step and re.match(r"Collecting | \+ ", line):
                step.count += 1
    if process.returncode:
        raise Failure("".join(said[-15:]))


# --- The command ------------------------------------------------------------------------------

OLDEST_PYTHON = (3, 11)
TOO_OLD = f"""This Python is {platform.python_version()}; the book needs 3.11 or newer.
Install one from https://www.python.org/downloads/ or name the one you have: make PYTHON=python3.12"""
NO_VENV = """This Python lacks the module "ensurepip", which puts pip into a new environment.
On Debian and Ubuntu it is in a package of its own: sudo apt install python3-venv"""


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--versions", choices=list(INSTALLED_FROM), default="locked", help="which packages are installed"
    )
    parser.add_argument("--with", dest="extra", help="an extra of pyproject.toml to install too")
    parser.add_argument(
        "--set", dest="own", action="append", default=[], metavar="NAME=VALUE", help="a variable for the program"
    )
    parser.add_argument("--only-reads", action="store_true", help="the program changes nothing in the tree")
    parser.add_argument(
        "--together", action="store_true", help="others may work meanwhile: the program goes on until it is stopped"
    )
    parser.add_argument("--alone", metavar="REQUIREMENT", help="run in an environment that holds nothing but this")
    parser.add_argument("--program", action="store_true", help="run another program than Python; nothing is installed")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)

    if sys.version_info < OLDEST_PYTHON:
        sys.exit(TOO_OLD)
    why = refused(ROOT)
    if why:
        sys.exit(why)
    os.chdir(ROOT)
    if not options.only_reads and not os.access(ROOT, os.W_OK):
        sys.exit(CANNOT_WRITE)
    lock = wait_for_turn(ROOT / ".venvs", " ".join(options.command))
    if options.program:
        os.execvpe(options.command[0], options.command, clean(os.environ, ROOT / ".venvs"))
    if options.alone:
        folder, variables = alone(options.alone)
    else:
        folder = ready(ROOT, options.versions)
        if options.extra:
            add(folder, options.extra)
        variables = clean(os.environ, folder) | dict(assignment.split("=", 1) for assignment in options.own)
    if options.together:
        os.close(lock)
    python = str(folder / "bin/python")
    os.execve(python, [python, *options.command], variables)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
