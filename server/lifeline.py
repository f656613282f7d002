"""A child process that ends when its parent does, even if that is killed with -9."""

from __future__ import annotations

import os
import signal
import threading
import time

# Long enough to finish what is being answered, too short to be still there when the next start comes.
GRACE = 8.0


def follow_parent() -> None:
    """Stop this process when its standard input ends: a pipe whose other end only the parent holds."""
    threading.Thread(target=_follow, name="lifeline", daemon=True).start()


def _follow() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    # What it waits for may have ended with the parent, too.
    os._exit(1)
