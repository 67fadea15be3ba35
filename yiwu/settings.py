"""Django settings, the same file for development, tests and production; `yiwu.env` says what differs."""

import re
from typing import Any

import dj_database_url
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from corps.logic.masking import mask_log_event
from yiwu.env import BASE_DIR, read_environment
from yiwu.unfold import UNFOLD  # noqa: F401 (a setting)

ENV = read_environment()
PRODUCTION = ENV.production
TESTING = ENV.mode == "test"

SECRET_KEY = ENV.secret_key
DEBUG = ENV.mode == "development"
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "yiwu.apps.YiwuAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "mptt",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "rest_framework",
    "template_partials",
    "yiwu.apps.YiwuConfig",
    "corps.apps.CorpsConfig",
    "members.apps.MembersConfig",
    "duties.apps.DutiesConfig",
    "incidents.apps.IncidentsConfig",
    "stats.apps.StatsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corps.middleware.SittingMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "corps.middleware.SeenMiddleware",
    "corps.middleware.NulMiddleware",
    "corps.middleware.PrivateMiddleware",
    "corps.middleware.ActorMiddleware",
    "corps.middleware.PasswordMiddleware",
    "corps.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "yiwu.urls"
WSGI_APPLICATION = "yiwu.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yiwu.context.page",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(ENV.database_url)}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_MAX_AGE"] = 0
# A connection from the pool is looked at first, so that a restart of the server costs nobody an error afterwards.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A pool instead of one connection per thread: streams and threads come and go, connections are few.
DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 20}}
DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}}
REDIS_URL = ENV.redis_url
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = ENV.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Work of a killed worker comes back after this many seconds; the database rows decide what is left to do.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "resume-stalled-imports": {"task": "members.resume_stalled_imports", "schedule": 60.0},
    "forget-old-uploads": {"task": "members.forget_old_uploads", "schedule": 3600.0},
    "forget-codes": {"task": "members.forget_codes", "schedule": 3600.0},
    "forget-applicants": {"task": "incidents.forget_applicants", "schedule": crontab(hour=2, minute=50)},
    "check-tree": {"task": "corps.check_tree", "schedule": crontab(hour=3, minute=10)},
    "check-ledger": {"task": "members.check_ledger", "schedule": crontab(hour=3, minute=25)},
    # A message that could not be delivered in time is of no use: the next one does the same.
    "drain-figures": {"task": "stats.drain_dirty", "schedule": 1.0, "options": {"expires": 5}},
    "watch-figures": {"task": "stats.watch_rollups", "schedule": crontab(hour=3, minute=40)},
}

# --- personal data (see docs/architecture.md, "Personal data") ------------------------------------------------------

DATA_KEYS = ENV.data_keys
INDEX_KEY = ENV.index_key
CIPHER = ENV.cipher
# Apart from the cipher: every stored index must have been made with the same digest.
INDEX_HASH = ENV.index_hash

# What is kept of applicants who were not admitted, in days after the refusal; 0 keeps it until an officer erases it.
APPLICANT_DAYS = ENV.applicant_days

# --- reaching phones (see members/sending) --------------------------------------------------------------------------

SENDER = ENV.sender
SMS_GATEWAY_URL = ENV.sms_gateway_url
SMS_GATEWAY_TOKEN = ENV.sms_gateway_token
SMS_SIGNATURE = ENV.sms_signature
SMS_TIMEOUT = ENV.sms_timeout

# --- language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".state" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "yiwu.staticfiles_packages.PackageFinder",
    "yiwu.icons.IconFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Files are looked up when they are asked for: every test client would list all of them first.
WHITENOISE_AUTOREFRESH = not PRODUCTION
TILE_URL = ENV.tile_url
# The tiles' own coordinates; ours are WGS-84 everywhere else.
TILE_DATUM = ENV.tile_datum
TILE_CREDIT = ENV.tile_credit

# --- who may come in ------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "corps.Account"
AUTHENTICATION_BACKENDS = [
    # Counts failures and locks before any password is looked at.
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    # Tests sign in hundreds of times; the strength of the hash is the library's own test.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "corps.passwords.FormerPasswordValidator", "OPTIONS": {"remembered": 5}},
]
PASSWORD_MAX_AGE_DAYS = 90
# How many proxies append to X-Forwarded-For before a request arrives; none means that the header is not believed.
PROXY_COUNT = ENV.proxy_count
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "corps.sign_in.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# axes locks after 5 failures and says so; allauth's own limiter stays above it as a second net.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login": "120/m/ip", "login_failed": "50/m/ip,20/5m/key"}
if TESTING:
    # Tests sign in from one address all day, and their workers share one Valkey; the lock of axes is tested.
    ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "义务"
USERSESSIONS_TRACK_ACTIVITY = True
# Signing in from a desk ends after half an hour without a click; SittingMiddleware puts the end off.
SESSION_COOKIE_AGE = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Two factors are asked of privileged roles wherever real data lives.
SECOND_FACTOR_REQUIRED = PRODUCTION

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "errors/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_CLIENT_IP_CALLABLE = "corps.addresses.client_ip"
AXES_USERNAME_CALLABLE = "corps.sign_in.lockout_username"
AXES_VERBOSE = False

# --- headers --------------------------------------------------------------------------------------------------------

_live_origin = re.match(r"https?://[^/]+", ENV.live_url)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([ENV.tile_origin] if ENV.tile_origin else [])],
        "font-src": [SELF],
        "connect-src": [SELF, *([_live_origin.group()] if _live_origin else [])],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
LIVE_URL = ENV.live_url
LIVE_ORIGINS = ENV.live_origins
# The stream in Valkey through which processes tell open pages.
LIVE_STREAM = ENV.live_stream
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# A roster of 124,000 people is about 16 MB as .xlsx; larger ones come as several files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
ROSTER_UPLOAD_MAX_BYTES = 64 * 1024 * 1024
ROSTER_ROW_LIMIT = 300_000

# --- API ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "corps.api.authentication.ApiKeyAuthentication",
        "corps.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "corps.api.parsing.TextJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    # Tests call as the same few accounts all day, and their workers share one Valkey.
    "DEFAULT_THROTTLE_RATES": {"anon": None, "user": None} if TESTING else {"anon": "30/min", "user": "600/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "corps.api.errors.exception_handler",
    "NUM_PROXIES": ENV.proxy_count,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yiwu 义务",
    "DESCRIPTION": _("Rosters, units and imports of a volunteer-police corps."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Several kinds of thing have a state, a status or a category.
    "ENUM_NAME_OVERRIDES": {
        "DutyCategory": "duties.enums.DutyCategory",
        "ShiftState": "duties.enums.ShiftState",
        "AttendanceStatus": "duties.enums.AttendanceStatus",
        "IncidentCategory": "incidents.enums.IncidentCategory",
        "IncidentState": "incidents.enums.IncidentState",
        "IncidentEntryKind": "incidents.enums.EntryKind",
        "PartyRole": "incidents.enums.PartyRole",
        "MemberStatus": "members.enums.MemberStatus",
        "MemberRole": "members.enums.MemberRole",
        "ImportState": "members.enums.ImportState",
        "ApplicationState": "members.enums.ApplicationState",
        "ApplicationSource": "members.enums.ApplicationSource",
        "TrainingState": "members.enums.SessionState",
        "TrainingMode": "members.enums.SessionMode",
        "CourseKind": "members.enums.CourseKind",
        "CourseResult": "members.enums.CourseResult",
        "CertificateStanding": "members.enums.CertificateStanding",
    },
}

# --- history --------------------------------------------------------------------------------------------------------

PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD_CLASS = "pghistory.ContextForeignKey"
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- logs -----------------------------------------------------------------------------------------------------------

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
_renderer: Any = (
    structlog.processors.JSONRenderer(ensure_ascii=False)
    if ENV.log_format == "json"
    else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Also tracebacks of other libraries' loggers become text first: a database's error quotes the row.
                structlog.processors.format_exc_info,
                mask_log_event,
                _renderer,
            ],
            "foreign_pre_chain": [structlog.processors.TimeStamper(fmt="iso"), structlog.stdlib.add_log_level],
        }
    },
    "filters": {"readable": {"()": "yiwu.logs.ReadableFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["readable"] if ENV.log_format == "console" else [],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING" if TESTING else "INFO"},
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}
