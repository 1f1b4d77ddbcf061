"""An encoding service on this machine that answers as told."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, dict[str, str], bytes], tuple[int, Any]]
"""Path, headers and body → status and answer: something for JSON, or bytes. With the status 0 the connection is
closed instead of an answer.
"""


class Server:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.headers: dict[str, str] = {}  #: of every answer, besides the usual ones
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = (self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                server.requests.append(request)
                status, answer = server.answer(*request)
                if not status:
                    self.close_connection = True
                    return
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    for name, value in server.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:  # the client did not wait
                    return

            def log_message(self, *args: object) -> None:
                pass

        return Handler


def late(seconds: float, answer: Answer) -> Answer:
    """The same answer, later."""

    def wait(path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        time.sleep(seconds)
        return answer(path, headers, body)

    return wait
