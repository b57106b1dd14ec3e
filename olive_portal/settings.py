"""Every setting of the portal. What an operator may change comes from OLIVE_*
variables, which docs/reference/settings.md lists; the defaults are the embedded
one-machine portal and are safe as they are."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from olive_portal import env

ROOT = Path(__file__).parents[1]
DATA = env.folder("OLIVE_DATA", ROOT / "var")

DEBUG = env.switch("OLIVE_DEBUG")
SECRET_KEY = env.secret("OLIVE_SECRET_KEY") or env.generated_secret(DATA / "secret-key")
# Old keys: what they signed stays valid, nothing new is signed with them.
SECRET_KEY_FALLBACKS = env.words("OLIVE_SECRET_KEY_FALLBACKS")

# Where visitors find the portal, and where VM hosts and desktop clients fetch packages.
PORT = env.number("PORT", 8000, least=1)
_address = urlsplit(env.text("OLIVE_BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/"))
# Without the path below which a proxy may show the portal: reverse() adds that one.
BASE_URL = f"{_address.scheme}://{_address.netloc}"
FORCE_SCRIPT_NAME = _address.path or None
# Another application of the same host gets none of our cookies.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = FORCE_SCRIPT_NAME or "/"
IS_HTTPS = _address.scheme == "https"
ALLOWED_HOSTS = [
    _address.hostname or "",
    *env.words("OLIVE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"),
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
# Only a proxy that we know of may say that a request came by https.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.switch("OLIVE_BEHIND_PROXY") else None
)

INSTALLED_APPS = [
    "olive_portal.accounts",
    "olive_portal.oai",
    "olive_portal.catalogue",
    "olive_portal.preservation",
    "olive_portal.launch",
    "olive_portal.releases",
    "olive_portal.news",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "csp",
    "corsheaders",
    "drf_spectacular",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "olive_portal.outages.Outages",
]
ROOT_URLCONF = "olive_portal.urls"
WSGI_APPLICATION = "olive_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env.secret("OLIVE_DATABASE_URL", f"sqlite:///{DATA}/portal.sqlite3"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write waits for its turn at once, where a
    # late upgrade of a read lock would fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = f"{_address.path}/static/"
STATICFILES_DIRS = [ROOT / "static", ROOT / "build" / "static"]
STATIC_ROOT = DATA / "static"
MEDIA_URL = f"{_address.path}/media/"
MEDIA_ROOT = env.folder("OLIVE_MEDIA", DATA / "media")
OLIVE_SCHEMAS = env.text("OLIVE_SCHEMAS")
PACKAGES_ROOT = env.folder("OLIVE_PACKAGES", DATA / "packages")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "packages": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PACKAGES_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pages that are the same for every visitor, in each web process: catalogue.copies.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

# The broker's default is the bundled Valkey server on a socket in the data folder.
CELERY_BROKER_URL = env.secret(
    "OLIVE_BROKER_URL", f"redis+socket://{DATA}/run/valkey.sock"
)
CELERY_TASK_IGNORE_RESULT = True
# A task is done when it has ended, not when it was taken: a killed worker's are given
# out again. Each of ours may run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Each worker also reads a queue of its own, for what must reach its host.
CELERY_WORKER_DIRECT = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 75
# A boot goes on while the broker is away; its row says what became of it.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# With the broker away, whoever asks for a task knows within about a second.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.3,
    "interval_max": 0.3,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_TASK_PUBLISH_RETRY_POLICY,
    # Longer than any task and any countdown of ours.
    "visibility_timeout": 120,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
}

# The thin-client server of *this* host: Celery workers on VM hosts ask their own.
THIN_CLIENT_URL = env.text("OLIVE_THIN_CLIENT_URL", "http://127.0.0.1:18924")
THIN_CLIENT_KEY = env.secret("OLIVE_THIN_CLIENT_KEY") or env.generated_secret(
    DATA / "thin-client-key"
)

# What the pages may load: their own files, and the viewer's WebSocket on VM hosts.
VIEWER_ORIGINS = env.words("OLIVE_VIEWER_ORIGINS", "ws://127.0.0.1:18925")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'", *VIEWER_ORIGINS],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# How long a session, and with it its launch tokens, may last.
OLIVE_LAUNCH_TOKEN_HOURS = env.number("OLIVE_LAUNCH_TOKEN_HOURS", 12, least=1)
OLIVE_LAUNCH_UNWATCHED_MINUTES = env.number(
    "OLIVE_LAUNCH_UNWATCHED_MINUTES", 10, least=1
)
# What one visitor may have open at once, and may launch in ten minutes.
OLIVE_LAUNCH_MAX_OPEN = env.number("OLIVE_LAUNCH_MAX_OPEN", 3, least=1)
OLIVE_LAUNCH_RATE = env.number("OLIVE_LAUNCH_RATE", 12, least=1)
# Where nginx finds the packages folder, if it sends them: an internal location.
OLIVE_X_ACCEL_PREFIX = env.text("OLIVE_X_ACCEL_PREFIX")

# What harvesters are told of the repository. The name in its identifiers is a domain
# name; one that nobody can own stands in where the portal is found by a number.
OLIVE_OAI_NAME = env.text("OLIVE_OAI_NAME", "Olive")
OLIVE_OAI_IDENTIFIER = env.domain(
    "OLIVE_OAI_IDENTIFIER", _address.hostname or "", "olive.invalid"
)
OLIVE_OAI_ADMIN_EMAILS = env.emails(
    "OLIVE_OAI_ADMIN_EMAILS", f"archive@{OLIVE_OAI_IDENTIFIER}"
)
OLIVE_OAI_METADATA_RIGHTS = env.text("OLIVE_OAI_METADATA_RIGHTS")
OLIVE_OAI_FRIENDS = env.words("OLIVE_OAI_FRIENDS")
# How many harvesters one web process answers at once; the others are told to wait.
OLIVE_OAI_MAX_REQUESTS = env.number("OLIVE_OAI_MAX_REQUESTS", 8, least=1)

# The number of the authority that assigns ARKs; 99999 is everybody's, for tests.
OLIVE_ARK_NAAN = env.matching(
    "OLIVE_ARK_NAAN", "99999", r"[0-9bcdfghjkmnpqrstvwxz]{5,}"
)

# The API: by token alone, so that no other site can act for a user by their cookies.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "olive_portal.api.authentication.TokenAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly"
    ],
    "DEFAULT_PARSER_CLASSES": ["olive_portal.api.bodies.BoundedJson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "olive_portal.api.paging.Pages",
    "DEFAULT_THROTTLE_CLASSES": [
        "olive_portal.api.throttles.WithoutToken",
        "olive_portal.api.throttles.WithToken",
    ],
    "DEFAULT_SCHEMA_CLASS": "olive_portal.api.schema.Described",
    "EXCEPTION_HANDLER": "olive_portal.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
    # Whose address counts: the proxy's word for it, where there is one.
    "NUM_PROXIES": 1 if env.switch("OLIVE_BEHIND_PROXY") else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Olive",
    "DESCRIPTION": (
        "A library of preserved software, for programs. Anybody may read the "
        "catalogue; launching and describing need a token."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_INSERT": _address.path,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AgentKind": "olive_portal.catalogue.models.AgentKind",
        "CatalogueState": "olive_portal.catalogue.models.State",
        "MediaKind": "olive_portal.catalogue.models.MediaKind",
        "SessionState": "olive_portal.launch.models.State",
    },
}
OLIVE_API_RATE = env.number("OLIVE_API_RATE", 120, least=1)
OLIVE_API_TOKEN_RATE = env.number("OLIVE_API_TOKEN_RATE", 600, least=1)
# Any page may read the API, without cookies, which it does not know.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "mask_tokens": {"()": "olive_portal.launch.masking.MaskTokens"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["mask_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
