"""An embedding server in a process of its own, small enough to be killed: `python -m ... PORT DIM`."""

import hashlib
import json
import subprocess
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S = 120.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dim = 512

    def do_GET(self) -> None:
        self.tell({"status": "ok"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows = [self.numbers(item) for item in asked.get("texts") or asked["images"]]
        self.tell({"embeddings": rows, "model": "ViT-B-32", "dim": self.dim, "inference_time_ms": 1.0})

    def numbers(self, item: str) -> list[float]:
        made = hashlib.shake_256(item.encode()).digest(self.dim)
        return [byte / 255 for byte in made]

    def tell(self, answer: object) -> None:
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def start(port: int, dim: int) -> subprocess.Popen[bytes]:
    """A process that answers at this port."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.embedding_stand_in", f"{port}", f"{dim}"], cwd=ROOT
    )
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=START_S):
                return made
        except OSError:
            assert made.poll() is None, "the server did not start"
            try:
                made.wait(START_S / 600)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError("the server does not answer")


if __name__ == "__main__":
    Handler.dim = int(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
