from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from sameas.api.cli.serve import find_report, make_server
from sameas.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "report.html").write_text("<p>Łukasz", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    with make_server(tmp_path / "report.html", port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port: int, path: str, *, host: str | None = None, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("path", ["/", "/report.html", "/?a=b"])
def test_the_report_is_served(port: int, path: str) -> None:
    assert ask(port, path) == (200, "<p>Łukasz".encode())


def test_a_head_request_has_no_body(port: int) -> None:
    assert ask(port, "/", method="HEAD") == (200, b"")


@pytest.mark.parametrize("path", ["/secret.txt", "/../secret.txt", "/report.html/x", "/%2e%2e/"])
def test_no_other_file_is_served(port: int, path: str) -> None:
    status, body = ask(port, path)
    assert status == 404
    assert b"secret\n" not in body


def test_a_request_for_another_host_is_refused(port: int) -> None:
    assert ask(port, "/", host="evil.example")[0] == 421
    assert ask(port, "/", host=f"localhost:{port}")[0] == 200


def test_nothing_can_be_written(port: int) -> None:
    assert ask(port, "/", method="PUT")[0] == 501


def test_it_listens_on_the_loopback_only(tmp_path: Path) -> None:
    with make_server(tmp_path / "report.html", port=0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_taken_port_gives_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        with make_server(tmp_path / "report.html", port=busy) as server:
            assert server.server_port not in {0, busy}


def test_the_report_of_an_inner_output_folder_is_found(tmp_path: Path) -> None:
    page = tmp_path / "out" / "report.html"
    page.parent.mkdir()
    page.write_text("x")
    assert find_report(tmp_path) == page


def test_a_folder_without_a_report_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="run `sameas demo` again"):
        find_report(tmp_path)
