"""All settings. Each environment variable is read once, beside the setting it fills."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import validate

from portal import guard
from portal.keys import signing_key
from portal.lanes import LANES
from portal.lib.environment import Environment

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where and as what the portal runs -------------------------------------------------

# The demo company and its logins exist only while this is on, and only on this machine's own address.
DEMO = env.bool("DEMO", False)
# Pages with tracebacks, for developing on one's own machine.
DEBUG = env.bool("DEBUG", False)
# Files of customers and, in the demo, the mail. Never below a folder that is served.
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data"))).resolve()

# The host names the portal answers to; anything else is refused.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", guard.LOOPBACK if DEMO or DEBUG else [])
# Links in mails are built from here, never from the Host header.
PORTAL_URL = env.str("PORTAL_URL", "http://localhost:8000").rstrip("/")
# How many proxies stand in front; the client's address for limits is read behind them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
guard.check_hosts(ALLOWED_HOSTS, PORTAL_URL, demo=DEMO, debug=DEBUG, proxies=ALLAUTH_TRUSTED_PROXY_COUNT)
# At least 50 characters that nobody knows.
SECRET_KEY = guard.secret_key(env.str("SECRET_KEY", ""), sample_will_do=DEMO or DEBUG)

# --- The vendor's brand ----------------------------------------------------------------

# What the law wants on letters (§ 35a GmbHG, § 37a HGB), as it stands in the register; the demo's are made up.
_made_up = {"SEAT": "Musterstadt", "COURT": "Amtsgericht Musterstadt", "REGISTER": "HRB 0"}
_made_up["DIRECTORS"] = "Erika Muster, Max Muster"
_legal = _made_up if DEMO or DEBUG else dict.fromkeys(_made_up, "")

BRAND: dict[str, Any] = {
    # The vendor as customers know it, and what the portal is called.
    "name": env.str("BRAND_NAME", "DOMUS"),
    "portal": env.str("BRAND_PORTAL", "Kundenportal"),
    # What stands before the customer number in a login name.
    "login_prefix": env.str("BRAND_LOGIN_PREFIX", "DOMUS"),
    # Where questions, changes of the company's name and calls go.
    "info_mail": env.str("BRAND_INFO_MAIL", "info@domus-software.de"),
    "changes_mail": env.str("BRAND_CHANGES_MAIL", "softwarepflege@domus-software.de"),
    "phone": env.str("BRAND_PHONE", "+49 89 66086-0"),
    # The firm with its legal form, its seat, the court and number of its register, and the names of its directors.
    "vendor": env.str("BRAND_VENDOR", "DOMUS Software GmbH"),
    "vendor_seat": env.str("BRAND_VENDOR_SEAT", _legal["SEAT"]),
    "vendor_court": env.str("BRAND_VENDOR_COURT", _legal["COURT"]),
    "vendor_register": env.str("BRAND_VENDOR_REGISTER", _legal["REGISTER"]),
    "vendor_directors": env.str("BRAND_VENDOR_DIRECTORS", _legal["DIRECTORS"]),
    # The same of the firm that sells in the shop.
    "seller": env.str("BRAND_SELLER", "TSA Solution GmbH"),
    "seller_seat": env.str("BRAND_SELLER_SEAT", _legal["SEAT"]),
    "seller_court": env.str("BRAND_SELLER_COURT", _legal["COURT"]),
    "seller_register": env.str("BRAND_SELLER_REGISTER", _legal["REGISTER"]),
    "seller_directors": env.str("BRAND_SELLER_DIRECTORS", _legal["DIRECTORS"]),
    "seller_street": env.str("BRAND_SELLER_STREET", "Otto-Hahn-Straße 4"),
    "seller_postal_code": env.str("BRAND_SELLER_POSTAL_CODE", "85521"),
    "seller_city": env.str("BRAND_SELLER_CITY", "Ottobrunn"),
    "seller_country": env.str("BRAND_SELLER_COUNTRY", "DE"),
    "seller_vat_id": env.str("BRAND_SELLER_VAT_ID", ""),
    "seller_prefix": env.str("BRAND_ORDER_PREFIX", "TSA"),
    "imprint_url": env.str("BRAND_IMPRINT_URL", "https://www.domus-software.de/impressum"),
    "privacy_url": env.str("BRAND_PRIVACY_URL", "https://www.domus-software.de/datenschutz"),
    # A path below static/, or empty for the name in letters.
    "logo": env.str("BRAND_LOGO", ""),
    # Text on `color` is white; text on `color_dark` is nearly black.
    "color": env.str("BRAND_COLOR", "#0d5c63"),
    "color_dark": env.str("BRAND_COLOR_DARK", "#62c6cd"),
    # Where the tile of the support module leads.
    "homecase_url": env.str("HOMECASE_URL", "https://homecase.example/login"),
    # HOMECASE is a client of the portal's OpenID provider: its login leads back here and needs no second password.
    "homecase_knows_us": env.bool("HOMECASE_SINGLE_SIGN_ON", False),
}

# --- Django ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "access",
    "contracts",
    "downloads",
    "shop",
    "orders",
    "support",
    "portal.staff.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "guardian",
    "csp",
    "django_htmx",
    "django_countries",
    "import_export",
    "procrastinate.contrib.django",
    # Last: its staff roles need the permissions of all the others.
    "portal",
]

MIDDLEWARE = [
    "portal.monitoring.watching.Watch",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.lib.middleware.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionDevice",
    "accounts.middleware.PersonLanguage",
    "portal.history.middleware.SignsChanges",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.staff.looking.Looking",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignOnForms",
    "accounts.middleware.FilesAfterForms",
    "accounts.middleware.StaffSecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.lib.middleware.PageForWrongMethod",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATE_LOADERS = ["portal.lib.templating.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": TEMPLATE_LOADERS if DEBUG else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.frame",
                "support.context.incidents",
            ],
            "libraries": {"heroicons": "portal.lib.icons"},
            "builtins": ["portal.lib.tags", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "portal.lib.forms.PortalRenderer"

# --- Database --------------------------------------------------------------------------

# Whether this process answers pages; portal/wsgi.py says so.
WEB = env.bool("PORTAL_WEB", False)
# Seconds a statement may take: for a page, whose visitor reads a 503 then; for worker, import and commands. 0: no end.
_page, _job = env.int("WEB_STATEMENT_SECONDS", 15), env.int("JOB_STATEMENT_SECONDS", 3600)
STATEMENT_SECONDS = _page if WEB else _job
# Seconds a transaction may lie open without a statement: its locks hold others up.
IDLE_SECONDS = env.int("WEB_IDLE_SECONDS", 60) if WEB else env.int("JOB_IDLE_SECONDS", 900)
# Several hosts as libpq has them ("postgresql://user:password@one,two/portal"): of these, the one that takes rows.
# When a standby becomes the primary, the portal goes on there by itself.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgresql:///portal", engine="portal.lib.database")}
# A standby to read exports of whole tables from. Empty, or while it is away: where everything else is.
if _standby := env.dj_db_url("STANDBY_DATABASE_URL", "", engine="portal.lib.database"):
    DATABASES["standby"] = _standby
    DATABASE_ROUTERS = ["portal.lib.database.standby.Router"]
for _database in DATABASES.values():
    _given = _database.get("OPTIONS", {})
    _database["OPTIONS"] = {
        # A server that is gone, or a connection that a firewall forgot, is noticed within 15 seconds, by the worker and
        # its connection that only listens too; the kernel alone takes from 15 minutes to two hours.
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
        # Only for what is asked as prepared (portal.lib.standing): planned at its second turn on a line, and kept.
        "prepare_threshold": 1,
        **_given,
        "options": " ".join(
            [
                # From here on words look alike, for the shop's search; the index answers only for this setting.
                "-c pg_trgm.word_similarity_threshold=0.45",
                f"-c statement_timeout={STATEMENT_SECONDS}s",
                f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s",
                # The server's side: what a machine that vanished has locked is free again within two minutes.
                "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=15 -c tcp_keepalives_count=4",
                # What a page has prepared is planned for good; the server would weigh it anew with each company.
                "-c plan_cache_mode=force_generic_plan" if WEB else "",
                _given.get("options", ""),
            ]
        ).strip(),
    }
    # Without the pool, a connection that died with the server is replaced before it is used; the pool sees to its own.
    _database["CONN_HEALTH_CHECKS"] = True
# A connection per request would cost six times the page. Zero turns the pool off, for commands and tests.
if _size := env.int("DB_POOL", 0):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": _size,
        # Short: a database that comes back is noticed within seconds.
        "timeout": 5,
        "reconnect_timeout": 5,
        # A server that is frozen ends no statement by itself.
        "patience": STATEMENT_SECONDS + 5 if STATEMENT_SECONDS else None,
    }
# The role that web and worker connect as, made and let in by "manage.py prepare_database". Its password there;
# empty for a server that lets local users in without one.
APP_DB_ROLE = env.str("APP_DB_ROLE", "portal_app")
APP_DB_PASSWORD = env.str("APP_DB_PASSWORD", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Limits on wrong tries and used codes are kept here by allauth: in a table, so that all servers count together, and one
# that forgets by time only, so that nobody sets himself free by filling it (portal.lib.memory).
CACHES = {"default": {"BACKEND": "portal.lib.memory.Memory", "LOCATION": "portal_remembered"}}

# --- People and login ------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.LoginNameBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = [
    "accounts.hashing.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.validators.BrandWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.tokens.ResetTokens"  # noqa: S105 - a class name
# "Forgotten password" and its mail are a matter of minutes; a link forgotten in a mailbox is a risk.
PASSWORD_RESET_TIMEOUT = 4 * 3600
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses come from the vendor, the ERP or an opened invitation; a changed one is confirmed by its link.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CHANGE_EMAIL = True
# Asked once more for another address, unless the login is some minutes old (accounts.adapter).
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Nobody is mailed because a stranger typed their address.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# A logout is always a POST; the link alone asks.
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PORTAL_URL.startswith("https") else "http"
# Wrong passwords and codes are counted by accounts.tries. Links to set a new password have their limit in the worker,
# by person: on the page, anybody could use up the owner's.
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "login_failed": "",
    "reset_password": "20/m/ip",
    "change_password": "",
}
# An authenticator app, passkeys (also as the only step), and codes for the day both are lost; each shown once.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms_factor.AuthenticateForm",
    "reauthenticate": "accounts.forms_factor.ReauthenticateForm",
    "activate_totp": "accounts.forms_factor.ActivateForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# Addresses come from the vendor or an opened invitation; some people have none, and need the protection as well.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A code typed a moment too late still counts.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG
# Whoever may change customers' data proves it twice; the demo's staff can look around without.
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", not (DEMO or DEBUG))
# --- The portal as OpenID provider for the vendor's other programs; off without a key -----

# A PEM with an RSA key, or the path of a file with one. The demo makes its own.
IDP_OIDC_PRIVATE_KEY = signing_key(env.str("OIDC_PRIVATE_KEY", ""), make_in=DATA_DIR if DEMO else None)
IDP_OIDC_ADAPTER = "accounts.sso.OIDCAdapter"
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 3600

# --- Sessions --------------------------------------------------------------------------

SESSION_ENGINE = "accounts.sessions"
# When a session ends by itself (ASVS 7.3): after so long without a click - more than 20 hours, or it would have to warn
# (WCAG 2.2.1) - and in any case after the longest time.
SESSIONS = {
    "idle_hours": env.int("SESSION_IDLE_HOURS", 24),
    "kept_idle_days": env.int("SESSION_KEPT_IDLE_DAYS", 14),
    "longest_days": env.int("SESSION_LONGEST_DAYS", 90),
}
SESSION_COOKIE_AGE = SESSIONS["longest_days"] * 24 * 3600

# --- Who may do what at a company ------------------------------------------------------

ACCESS: dict[str, Any] = {
    # Said beside the switches for contract documents and account data; empty: the portal's own sentence.
    "advice": {"de": env.str("ACCESS_ADVICE", ""), "en": env.str("ACCESS_ADVICE_EN", "")},
    # Every so many months a company is asked whether its accesses are still right; 0 turns it off.
    "review_months": env.int("ACCESS_REVIEW_MONTHS", 12),
    "unused_days": env.int("ACCESS_UNUSED_DAYS", 180),
    "reminder_days": env.int("ACCESS_REMINDER_DAYS", 14),
    "renewal_months": env.int("ACCESS_RENEWAL_MONTHS", 12),
    # A request nobody at the company answers falls to the vendor; a declined one may be asked again later.
    "request_days": env.int("ACCESS_REQUEST_DAYS", 14),
    "request_pause_days": env.int("ACCESS_REQUEST_PAUSE_DAYS", 7),
    # Mails in a day: by one company, and to one person.
    "invitations_a_day": env.int("ACCESS_INVITATIONS_A_DAY", 100),
    "invitations_to_one": env.int("ACCESS_INVITATIONS_TO_ONE", 5),
    "takeover_days": env.int("ACCESS_TAKEOVER_DAYS", 14),
    # Data of people who never accepted go this long after their last link has died (Art. 17 DSGVO).
    "forget_invited_days": env.int("ACCESS_FORGET_INVITED_DAYS", 60),
    # The log is kept for so many full calendar years.
    "log_years": env.int("ACCESS_LOG_YEARS", 10),
}

# Who changed what of every row of the admin is kept for so many years.
HISTORY_YEARS = env.int("HISTORY_YEARS", 3)

# --- Orders ------------------------------------------------------------------------------

# Partly accepted is a new offer that the customer answers (§ 150 (2) BGB). On: the seller's terms allow acceptance of a
# part, and what is accepted is delivered at once.
PARTIAL_ACCEPTANCE_BY_TERMS = env.bool("PARTIAL_ACCEPTANCE_BY_TERMS", False)
# After so many days without an answer the customer is reminded, once.
OFFER_REMINDER_DAYS = env.int("OFFER_REMINDER_DAYS", 7)

# --- Papers ------------------------------------------------------------------------------

# Full calendar years a document is kept after its own: invoices 8 (§ 147 AO), letters of business 6, contracts 10 after
# the company's contract has ended.
RETENTION_YEARS = {
    "RE": env.int("RETENTION_INVOICES", 8),
    "AB": env.int("RETENTION_CONFIRMATIONS", 8),
    **dict.fromkeys(["SPV", "UPV", "AVV", "AGB"], env.int("RETENTION_CONTRACTS", 10)),
}
# Staff's notes about customers go after so many full calendar years.
NOTE_YEARS = env.int("NOTE_YEARS", 3)
# So long a customer may object to a new sub-processor (Art. 28 (2) DSGVO); it may not begin before.
OBJECTION_DAYS = env.int("OBJECTION_DAYS", 30)

# --- Mail ------------------------------------------------------------------------------

# Every mail is put into the queue inside the transaction that causes it; the worker delivers it.
EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
_own = "portal.lib.mail.OnceBackend" if not DEMO else "portal.lib.mail.FolderBackend"
MAIL_DELIVERY_BACKEND = env.str("MAIL_DELIVERY_BACKEND", _own)
_smtp = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
EMAIL_HOST, EMAIL_PORT = _smtp["EMAIL_HOST"], _smtp["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_USER"], _smtp["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _smtp["EMAIL_USE_TLS"], _smtp["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{BRAND['vendor']} <{BRAND['info_mail']}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# So long staff can look up what was mailed.
MAIL_ARCHIVE_DAYS = env.int("MAIL_ARCHIVE_DAYS", 90)
# Where undeliverable mails come back: imaps://user:password@host/INBOX, read every few minutes. Empty: not.
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX_URL", "")

# --- The queue ---------------------------------------------------------------------------

# Around every job: its time in all, and a word for staff when it has failed for good.
PROCRASTINATE_ON_APP_READY = "portal.watching.get_ready"
# What a night should have brought is made up for when the worker comes back.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 12 * 3600}

# Webhooks go to public addresses. Networks of the vendor's own that may be called too, such as "10.20.0.0/16".
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", ["127.0.0.0/8", "::1/128"] if DEMO or DEBUG else [])

# --- Languages, time, numbers ----------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = "portal.formats"

# --- Files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
# So many days files of earlier releases still answer, for pages that were open during an upgrade.
STATIC_KEEP_DAYS = env.int("STATIC_KEEP_DAYS", 14)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    # Customers' files: no MEDIA_URL on purpose, each goes through a permission check.
    "default": {
        "BACKEND": "portal.lib.storage.WholeFiles",
        "OPTIONS": {"location": DATA_DIR / "files", "file_permissions_mode": 0o640},
    },
    "staticfiles": {
        "BACKEND": "portal.lib.static.OneSheet"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# With a bucket named, customers' files lie in an S3-compatible store (extra "s3"): private, fetched by addresses that
# the portal signs for a minute after its check. Empty: DATA_DIR/files.
if S3_BUCKET := env.str("S3_BUCKET", ""):
    from botocore.config import Config

    STORAGES["default"] = {
        "BACKEND": "portal.lib.storage_s3.Store",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT", "") or None,
            "region_name": env.str("S3_REGION", "") or None,
            "access_key": env.str("S3_ACCESS_KEY", "") or None,
            "secret_key": env.str("S3_SECRET_KEY", "") or None,
            # Somebody waits for the page: a store that does not answer is said to be away within seconds.
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=5 if WEB else 20,
                retries={"total_max_attempts": 2},
            ),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
# A public age key ("age1…"): backups are encrypted for whoever has its other half. Empty: they are not.
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", "")
# Staff are told when a disk that the portal writes on has less room than so many MB.
DISK_LEAST_MB = env.int("DISK_LEAST_MB", 5000)
# Program files that staff copied to the server themselves; from there they can be published. Empty: none.
INCOMING_DIR = env.str("INCOMING_DIR", "")
# Where the ERP lays its export each night, as the worker sees it; empty: it is handed over in the admin or by command.
ERP_FOLDER = env.str("ERP_FOLDER", "")
# When the worker looks for it, as a line of cron.
ERP_NIGHT = env.str("ERP_NIGHT", "20 4 * * *")
# Country and state whose public holidays close the desks of the Support-Modul, as the library "holidays" calls them.
HOLIDAYS = tuple(env.list("HOLIDAYS", ["DE", "BY"]))
# Who is mailed when a night's export is missing, empty or far smaller than the last one.
ERP_ALARM_MAIL = env.str("ERP_ALARM_MAIL", BRAND["changes_mail"])
# Bytes of a program file in one request, for staff without JavaScript; the proxy must let as much through.
UPLOAD_WHOLE_LIMIT = env.int("UPLOAD_WHOLE_LIMIT", 20_000_000)
# ClamAV's daemon, "tcp://clamav:3310" or "unix:/run/clamav/clamd.ctl": asked before a program is published. Empty: off.
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", "")
# The catalogue as a table: who may change articles may import them; between preview and confirmation the file waits in
# the same table as wrong tries do, where every web process finds it for a day.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"
WHITENOISE_ALLOW_ALL_ORIGINS = False
# With nginx in front: its internal location over DATA_DIR/files, such as "/_files/". Empty: the portal sends them.
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# --- Security --------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", not (DEMO or DEBUG))
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
# Whatever host a request without TLS names, it is led to ours.
SECURE_SSL_HOST = PORTAL_URL.partition("://")[2] if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- Seen from outside -----------------------------------------------------------------

# Whoever asks for /metrics/ with it ("Authorization: Bearer …") gets the figures for Prometheus. Empty: nobody.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Sentry's address with its key: errors are reported there, without anybody's data. Empty: not.
SENTRY_DSN = env.str("SENTRY_DSN", "")
# "text" for people, "json" for programs: one object a line, one line a request.
LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"]))

# --- Logging ---------------------------------------------------------------------------

# Those that print a job with its arguments, which may be a login name or a mail.
QUEUE_LOGGERS = ["worker", "worker.worker", *(f"worker.{lane.name}" for lane in LANES)]
QUEUE_LOGGERS += ["jobs", "manager", "periodic", "tasks"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "portal.lib.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "portal.lib.logs.JsonLine", "format": "%(asctime)s %(message)s"},
    },
    "filters": {
        "hide_tokens": {"()": "portal.lib.logs.HideTokens"},
        "hide_arguments": {"()": "portal.lib.logs.HideArguments"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["hide_tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "portal": {"level": "INFO"},
        # nginx writes a line a request for people.
        "portal.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        **{f"procrastinate.{name}": {"filters": ["hide_arguments"]} for name in QUEUE_LOGGERS},
    },
}
