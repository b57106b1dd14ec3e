"""The portal's settings with a data folder that each test process has to itself."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

folder = tempfile.mkdtemp(prefix="olive-test-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ["OLIVE_DATA"] = folder

from olive_portal.settings import *  # noqa: E402, F403

# Tests sign many users in; what the slow hash protects is not there.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
CELERY_BROKER_URL = "memory://"
# The variable tells tests where the schemas are, not the portal.
OLIVE_SCHEMAS = ""
# WhiteNoise warns when it is not there.
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
# Tests make rows behind the services' backs, which shared copies do not notice.
CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}  # noqa: F405
# A file, as the portal's own: connections to a database in memory do not wait for each
# other, so that a page's thread and its test would fail each other now and then.
DATABASES["default"]["TEST"] = {"NAME": f"{folder}/test.sqlite3"}  # noqa: F405
