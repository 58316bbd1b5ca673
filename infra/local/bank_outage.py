"""A bank that is down for a while: nobody is listening, whoever was being served hears nothing, webhooks wait."""

from __future__ import annotations

import socket
import threading
import time
from http.server import HTTPServer

LONGEST_SECONDS = 3_600.0
_LAST_WORDS_SECONDS = 0.1
"""For the answer to whoever took it down."""


class Leaving(HTTPServer):
    """A server that can leave its address and come back to it."""

    away = False

    def leave(self, seconds: float) -> None:
        """In the background, a moment later; `seconds` may not exceed LONGEST_SECONDS."""
        threading.Thread(target=self._leave, args=(min(seconds, LONGEST_SECONDS),), daemon=True).start()

    def _leave(self, seconds: float) -> None:
        time.sleep(_LAST_WORDS_SECONDS)
        self.away = True
        self.shutdown()
        self._serve_those_who_wait()
        self.socket.close()
        time.sleep(seconds)
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self.away = False
        threading.Thread(target=self.serve_forever, name="bank", daemon=True).start()

    def _serve_those_who_wait(self) -> None:
        """Whose connection stands has been heard, though it hears nothing back."""
        self.timeout, before = 0.0, self.timeout
        for _ in range(self.request_queue_size):
            self.handle_request()
        self.timeout = before
