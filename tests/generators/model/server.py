"""A chat-completion server on loopback that answers as a test tells it to, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server sends: `pause_s` before the first byte and, with `drip`, before each further one; `hang_up`
    closes the connection instead, `keep` leaves it open for the next request; `missing` bytes are promised beyond the
    body and never sent."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    pause_s: float = 0.0
    drip: bool = False
    hang_up: bool = False
    keep: bool = False
    missing: int = 0


Script = Callable[[dict[str, Any]], Reply]


def completion(text: str | None, finish: str = "stop", **more: Any) -> Reply:
    """A well-formed answer."""
    message = {"role": "assistant", "content": text}
    data = {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "tiny",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    } | more
    return Reply(json.dumps(data).encode())


def refusal(status: int, message: str = "no", pause_s: float = 0.0, **headers: str) -> Reply:
    """An error as OpenAI-compatible servers word it."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(json.dumps({"error": {"message": message, "type": "e"}}).encode(), status, named, pause_s)


@dataclass
class ModelServer:
    """The running server: `asked` are the bodies of the requests, `keys` their Authorization headers, `opened` and
    `closed` count connections."""

    port: int
    script: Script
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


def in_turn(replies: Sequence[Reply]) -> Script:
    """A script that gives these one after the other, and the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving(script: Script, port: int = 0) -> Iterator[ModelServer]:
    """A server with this script, on a free port or the given one."""
    state = ModelServer(port, script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5  # a client that leaves its connection open holds no test for ever

        def setup(self) -> None:
            super().setup()
            state.opened += 1

        def finish(self) -> None:
            super().finish()
            state.closed += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.keys.append(self.headers["Authorization"])
            state.asked.append(json.loads(body))
            assert self.path == "/v1/chat/completions"
            self.answer(state.script(state.asked[-1]))

        def answer(self, reply: Reply) -> None:
            self.close_connection = not reply.keep
            if reply.hang_up:
                return
            state.ending.wait(reply.pause_s)
            self.send_response(reply.status)
            for name, value in (
                ("Content-Type", "application/json"),
                ("Connection", "keep-alive" if reply.keep else "close"),
                *reply.headers,
            ):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            self.end_headers()
            pieces = [bytes([byte]) for byte in reply.body] if reply.drip else [reply.body]
            for piece in pieces:
                if reply.drip and state.ending.wait(reply.pause_s):
                    return
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 128  # many connect at once

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that has gone is what some tests are about."""

    with Server(("127.0.0.1", port), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            state.ending.set()
            server.shutdown()
            thread.join()
