"""The built book in a real Chromium: a server on this machine, and one visit to each page in each look.

Run by `make test-browser`. Without a Chromium every test is skipped, and the reason is said.
"""

import functools
import http.server
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "_build/html"
MAX_WEIGHT = 1_850_000  # bytes of one page with all that it loads, uncompressed: half of a stock page of this book
KINDS = {"html": "page", "css": "styles", "js": "scripts", "woff2": "fonts", "svg": "images", "png": "images"}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDE, PHONE = (1280, 900), (390, 844)
PATIENCE = 120_000  # milliseconds to wait for what must come: a busy machine is no fault of a page


@dataclass
class Sent:
    """What the server has sent since it was last cleared: path -> bytes."""

    address: str
    bytes_of: dict[str, int] = field(default_factory=dict)


def by_kind(bytes_of: dict[str, int]) -> dict[str, int]:
    """Sum what was sent by kind of file."""
    sums = dict.fromkeys(KINDS.values(), 0)
    for path, count in bytes_of.items():
        sums[KINDS[path.partition("?")[0].rpartition(".")[2]]] += count
    return sums


def pytest_terminal_summary(terminalreporter):
    """Print what the heaviest pages load, as `test_page_is_light` has recorded it."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    loads = dict(load for report in reports for name, load in report.user_properties if name == "load")
    if not loads:
        return
    terminalreporter.section(f"the heaviest of {len(loads)} pages, in kB of 1,000 bytes (limit {MAX_WEIGHT // 1000:,})")
    kinds = list(dict.fromkeys(KINDS.values()))
    lines = [["", "sum", *kinds]]
    for page in sorted(loads, key=lambda page: -sum(loads[page].values()))[:10]:
        counts = [sum(loads[page].values()), *(loads[page][kind] for kind in kinds)]
        lines.append([page, *(f"{count / 1000:,.0f}" for count in counts)])
    for first, *rest in lines:
        terminalreporter.line(f"{first:45}" + "".join(f"{cell:>9}" for cell in rest))


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "chapters/intro.html").is_file():
        pytest.fail("the book is not built; run `make book`, or `make test-browser`, which does")
    return SITE


@pytest.fixture(scope="session")
def server(site):
    """Serve the site on the loopback address, uncompressed, and count what is sent."""
    sent = Sent("")

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".woff2": "font/woff2"}

        def copyfile(self, source, outputfile):
            content = source.read()
            sent.bytes_of[self.path] = len(content)
            outputfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=site)) as running:
        sent.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield sent
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    """Start the machine's own Chromium; Playwright's would be a download."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-browser")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH (Debian, Ubuntu: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        # Containers run as root, where Chromium's own sandbox cannot start.
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def new_page(browser):
    """Give a function that opens an empty page; ``page.complaints`` collects what goes wrong on it."""
    contexts = []

    def open_page(*look, **options):
        page = opened(browser, *look, **options)
        contexts.append(page.context)
        return page

    yield open_page
    for context in contexts:
        context.close()


def opened(browser, size=WIDE, theme="light", **options):
    """Open an empty page in a context of its own, and listen to it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme, **options)
    context.set_default_timeout(PATIENCE)
    return listened_to(context.new_page())


def listened_to(page):
    """Collect the page's errors and warnings, failed requests, and requests to other hosts."""
    page.complaints, page.hosts = [], set()
    page.on("console", lambda said: said.type in ("error", "warning") and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(f"uncaught: {error}"))
    page.on("requestfailed", lambda request: given_up(request) or page.complaints.append(f"failed: {request.url}"))
    page.on("response", lambda reply: reply.status >= 400 and page.complaints.append(f"{reply.status}: {reply.url}"))
    page.on("request", lambda request: page.hosts.add(request.url.split("/")[2] if "://" in request.url else ""))
    return page


def given_up(request) -> bool:
    """Say whether a request was cut short because the reader went on to another page."""
    return request.failure == "net::ERR_ABORTED"
