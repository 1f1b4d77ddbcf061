"""A hub on this machine that serves files, and misbehaves as told."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub:
    """`files`: path in the repository → content. `faults`: what the next answers do wrong, in order."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.faults: list[str] = []
        self.asked: list[tuple[str, str | None, str | None]] = []  #: path, range, authorization
        self.etags = True
        self.linked = False  #: say the sha256 of large files, as the hub does
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(hub):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("/resolve/", 1)[-1].split("/", 1)[-1]
                wanted = self.headers.get("Range")
                hub.asked.append((path, wanted, self.headers.get("Authorization")))
                fault = hub.faults.pop(0) if hub.faults else ""
                data = hub.files.get(path)
                if fault.isdigit() or data is None:
                    return self._refuse(int(fault or 404))
                return self._give(data, wanted, fault)

            def _refuse(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _give(self, data: bytes, wanted: str | None, fault: str) -> None:
                digest = f'"{hashlib.sha256(data).hexdigest()}"'
                same = self.headers.get("If-Range") in (None, digest)
                start = int(wanted[6:-1]) if wanted and same and fault != "forgets" else 0
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                for name in (*["ETag"] * hub.etags, *["X-Linked-Etag"] * hub.linked):
                    self.send_header(name, digest)
                self.send_header("X-Repo-Commit", "c0ffee" * 6 + "c0ff")
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                self._send(data[start:], fault)

            def _send(self, body: bytes, fault: str) -> None:
                if fault == "drop":
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    self.connection.close()
                    return
                self.wfile.write(bytes([body[0] ^ 1]) + body[1:] if fault == "corrupt" else body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler
