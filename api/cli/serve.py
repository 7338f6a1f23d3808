"""Shows the demo's report on this machine only: one page, read-only, to a browser on the loopback.

Every other path is 404, so nothing beside the report leaves the folder; a request that names
another host is refused, so no web page in a browser can read it through a name of its own.
"""

from __future__ import annotations

import errno
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from sameas.api.cli.console import safe
from sameas.errors import Fault, OutputError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["find_report", "make_server", "serve_report"]

HOST = "127.0.0.1"
PORT = 8000
_PAGES = ("/", "/report.html")
_NAMES = frozenset({HOST, "localhost"})


def serve_report(out: Path, *, console: Console) -> None:
    """Serve the report in `out` until Ctrl-C.

    Raises:
        OutputError: `out` holds no report.html.
    """
    from rich.text import Text

    server = make_server(find_report(out))
    with server:
        console.print(Text(f"the report: http://{HOST}:{server.server_port}  (Ctrl-C ends)"))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            # What the line above asks for is no failure.
            console.print()


def find_report(out: Path) -> Path:
    """The report of a demo folder: its own, or that of the output folder inside it.

    Raises:
        OutputError: there is none.
    """
    for page in (out / "report.html", *sorted(out.glob("*/report.html"))):
        if page.is_file():
            return page
    raise OutputError(Fault(safe(out), "holds no report.html", "run `sameas demo` again"))


def make_server(page: Path, *, port: int = PORT) -> ThreadingHTTPServer:
    """A server of that one page on the loopback, on a free port if `port` is taken."""

    class Handler(_Handler):
        report = page

    try:
        return ThreadingHTTPServer((HOST, port), Handler)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        return ThreadingHTTPServer((HOST, 0), Handler)


class _Handler(BaseHTTPRequestHandler):
    report: Path
    # A browser that keeps an idle connection must not hold a thread for ever.
    timeout = 30

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in _NAMES:
            self.send_error(421, "This server answers for the loopback only")
            return
        if self.path.partition("?")[0] not in _PAGES:
            self.send_error(404)
            return
        page = self.report.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base names it so)
        """Say nothing: the terminal shows the demo's stories."""
