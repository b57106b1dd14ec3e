"""The portal's web server. Threads, since most requests wait for the disk."""

from __future__ import annotations

import os
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

bind = f"{os.environ.get('OLIVE_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("OLIVE_WEB_WORKERS", "2"))
threads = 16
timeout = 60
graceful_timeout = 10
# The heartbeat file on a disk that can stall would get a busy worker killed.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# Nobody asks for it, and it would lie in the home folder.
control_socket_disable = True
proc_name = "olive-portal-web"
# Launch tokens are in the paths of requests, and must not be in a log.
logger_class = "olive_portal.launch.access_log.MaskedLogger"


def post_worker_init(_worker: Worker) -> None:
    # Models can be imported from here on: the portal has been loaded.
    from olive_portal.catalogue.search import holdings  # noqa: PLC0415

    Thread(target=holdings.read_ahead, daemon=True).start()


def when_ready(server: Arbiter) -> None:
    server.log.info("The portal is open at http://%s", bind)
