"""The backend of <monerium-connect> in one file, as a WSGI application: Python 3.9 and newer.

    GET    {base}/start     leads to Monerium                    the server starts the flow
    GET    {base}/callback  exchanges the code, and leads back
    POST   {base}/session   exchanges a code of the page         the page starts the flow
    GET    {base}/session   says who is connected                both: `stay-connected`
    DELETE {base}/session   ends it

The standard library, and `cryptography`. Try it:
CLIENT_ID=… SECRET=… BASE_URL=http://localhost:8000/monerium PORT=8000 python3 connect.py
A page of yours: `connect.access_token(environ)`.
"""

import hashlib
import json
import logging
import os
import re
import secrets
import socket
import sqlite3
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs, quote, unquote_plus, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CLIENT_ID = os.environ["CLIENT_ID"]
BASE = os.environ["BASE_URL"].rstrip("/")  # As browsers see it, also behind a proxy.
API_URL = os.environ.get("MONERIUM_API_URL", "https://api.monerium.dev")
# By `openssl rand -base64 32`. Several with spaces between: the first one seals, and all open.
SECRETS = os.environ["SECRET"].split()
# Claims and sessions are in a database of SQLite here, which all processes of the server share.
DATA = Path(os.environ.get("DATA", "monerium-data"))
CALLBACK = BASE + "/callback"
# A page that starts the flow has the redirect URI of its element.
PAGE_REDIRECT_URI = os.environ.get("REDIRECT_URI", CALLBACK)
ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(BASE))
IS_SECURE = BASE.startswith("https:")
PREFIX = "__Host-" if IS_SECURE else ""  # Keeps out what other hosts have set.
FLAGS = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if IS_SECURE else "")

SECONDS = 15  # from the request to the identity: less than the 20 of the element
DAY = 86400
MAX_FLOWS = 4
METHODS = {
    "start": ["GET"],
    "callback": ["GET"],
    "session": ["GET", "POST", "DELETE", "OPTIONS"],
}

CODE = re.compile(r"[ -~]{1,2048}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,128}")
TOKEN = re.compile(r"[!-~]+")
EMAIL = re.compile(r"[^\x00-\x1f\x7f]{3,254}")
FLOW = re.compile(re.escape(PREFIX) + r"monerium-flow-[0-9]{13}-[0-9a-f]{16}")
PATH = re.compile(r"/[^\x00-\x1f\x7f\\]{0,2047}")
RESPONSE = re.compile(
    r"(code|state|iss|error|error_description|error_uri|monerium_result|\w*token)(=|$)", re.I
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (hash TEXT PRIMARY KEY, at REAL);
CREATE TABLE IF NOT EXISTS sessions (
    hash TEXT PRIMARY KEY, profile TEXT, user_id TEXT, tokens TEXT, at REAL, locked_until REAL
);
"""


class Failure(Exception):
    """What went wrong, by a code of docs/errors.md, or of the response to a script."""

    ANSWERS = {
        "exchange_rejected": (400, "invalid_grant"),
        "transaction_not_found": (400, "invalid_grant"),
        "rate_limited": (429, "temporarily_unavailable"),
        "exchange_timeout": (504, "temporarily_unavailable"),
    }

    def __init__(self, name, status=None, is_end=False):
        super().__init__(name)
        answer = self.ANSWERS.get(name, (502, "server_error"))
        self.name, self.is_end = name, is_end
        self.status, self.error = (status, name) if status else answer


def matches(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def create_cipher(secret):
    if len(secret) < 32:
        raise ValueError("invalid_config: SECRET needs 32 bytes")
    return AESGCM(HKDF(SHA256(), 32, None, b"monerium-connect").derive(secret.encode()))


CIPHERS = [create_cipher(secret) for secret in SECRETS]


def seal(value, purpose):
    """Encrypts by AES-256-GCM. What is sealed for one purpose opens for no other."""
    nonce = secrets.token_bytes(12)
    return base64url(nonce + CIPHERS[0].encrypt(nonce, json.dumps(value).encode(), purpose.encode()))


def unseal(sealed, purpose):
    """The value, or None when somebody has changed it."""
    for cipher in CIPHERS:
        with suppress(ValueError, InvalidTag):
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            return json.loads(cipher.decrypt(data[:12], data[12:], purpose.encode()))
    return None


@contextmanager
def database():
    """One connection for each use: what one statement writes is there for all."""
    connection = sqlite3.connect(DATA / "monerium.db", timeout=5, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
with database() as db:
    db.executescript(SCHEMA)


class Answer:
    """A response, and the cookies that it sets."""

    def __init__(self, status=204, body=None, location=None):
        self.status, self.headers = status, []
        self.body = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            self.headers.append(("Content-Type", "application/json"))
        if location is not None:
            self.headers.append(("Location", location))

    def set_cookie(self, name, value, seconds=None):
        age = "" if seconds is None else f"; Max-Age={seconds}"
        self.headers.append(("Set-Cookie", f"{name}={value}{age}{FLAGS}"))
        return self


def cookies_of(environ):
    """The first one of each name. A parser that is stricter would trip over those of other tools."""
    pairs = [pair.strip().partition("=") for pair in environ.get("HTTP_COOKIE", "").split(";")]
    return {name: value for name, _, value in reversed(pairs)}


def query_of(environ):
    """The query parameters as lists: Monerium sends none of them twice."""
    return parse_qs(environ.get("QUERY_STRING", ""), errors="replace")


def read_return_to(value):
    """A path of this site with its query, or None for another site, or a circle."""
    page, _, query = value.partition("#")[0].partition("?")
    is_circle = ORIGIN + page in (BASE + "/start", CALLBACK)
    if not matches(PATH, value) or "//" in page or is_circle:
        return None
    # What belongs to a response, or is a token, is not for the page.
    kept = [pair for pair in query.split("&") if pair and not RESPONSE.match(unquote_plus(pair))]
    place = page + ("?" + "&".join(kept) if kept else "")
    return quote(place, safe="".join(map(chr, range(33, 127))))


def flows_of(environ):
    """The sealed flows of this browser by their names, the newest first."""
    own = [item for item in cookies_of(environ).items() if matches(FLOW, item[0])]
    return dict(sorted(own, reverse=True))


def find_flow(environ, state):
    """The name and the flow that this browser has begun with this state. None: the newest."""
    for name, sealed in flows_of(environ).items():
        flow = unseal(sealed, CALLBACK + CLIENT_ID)
        if flow and state in (None, flow["state"]):
            return name, flow
    return None, None


def start(environ):
    query = query_of(environ)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    email, mode = query.get("email", [""])[0], query.get("auth_mode", [""])[0]
    auth = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
        "state": state,
        **({"email": email} if matches(EMAIL, email) else {}),
        **({"auth_mode": mode} if mode in ("login", "signup") else {}),
    }
    answer = Answer(303, location=f"{API_URL}/auth?{urlencode(auth)}")
    return_to = read_return_to(query.get("return_to", [""])[0])
    flow = {"state": state, "verifier": verifier, "at": time.time(), "returnTo": return_to}
    name = f"{PREFIX}monerium-flow-{int(flow['at'] * 1000):013d}-{sha256(state)[:16]}"
    answer.set_cookie(name, seal(flow, CALLBACK + CLIENT_ID), DAY)
    for oldest in list(flows_of(environ))[MAX_FLOWS - 1 :]:
        answer.set_cookie(oldest, "", 0)
    return answer


def read_code(query, flow):
    """The code of a response that is right."""
    code, error = query.get("code", [""])[0], query.get("error", [""])[0]
    if not flow:
        raise Failure("transaction_not_found")
    if abs(time.time() - flow["at"]) > DAY:
        raise Failure("transaction_expired")
    is_double = any(len(query.get(name, [])) > 1 for name in ("state", "code", "iss", "error"))
    if is_double or bool(code) == bool(error) or len(code) > 2048:
        raise Failure("response_invalid")
    if error in ("server_error", "temporarily_unavailable"):
        raise Failure("authorization_unavailable")
    if error:
        raise Failure(error if error == "access_denied" else "authorization_error")
    return code


def callback(environ):
    query = query_of(environ)
    # Monerium may leave the state out of an error. That proves nothing, so the flow goes on.
    is_unproven = "error" in query and not {"state", "code"} & set(query)
    name, flow = find_flow(environ, None if is_unproven else query.get("state", [""])[0])
    session, result = None, "connected"
    try:
        code = read_code(query, flow)
        session, _ = connect_customer(environ, code, flow["verifier"], CALLBACK)
    except Failure as failure:
        # A reload, or Back: the customer who is connected by now is led on.
        is_second = failure.name == "transaction_not_found" and find_customer(environ)
        result = "connected" if is_second else failure.name
    except Exception as fault:
        report(fault)
        result = "server_unavailable"
    place = (flow or {}).get("returnTo") or "/"
    separator = "&" if "?" in place else "?"
    answer = Answer(303, location=f"{ORIGIN}{place}{separator}monerium_result={result}")
    if session:
        answer.set_cookie(PREFIX + "session", session)
    return answer.set_cookie(name, "", 0) if name and not is_unproven else answer


def ask(deadline, method, path, headers, body=None):
    """The fields of a JSON object. Sent once; no redirect is followed."""
    url = urlsplit(API_URL)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.netloc, timeout=max(0.001, deadline - time.monotonic()))
    watchdog = None
    try:
        connection.connect()
        # A timeout of the socket is for each read. This one is for all of them together.
        left = max(0.001, deadline - time.monotonic())
        watchdog = threading.Timer(left, connection.sock.shutdown, [socket.SHUT_RDWR])
        watchdog.start()
        connection.request(method, url.path + path, body, headers)
        response = connection.getresponse()
        status, text = response.status, response.read(65537)
    except (OSError, HTTPException):
        is_late = time.monotonic() >= deadline
        raise Failure("exchange_timeout" if is_late else "exchange_network") from None
    finally:
        if watchdog:
            watchdog.cancel()
        connection.close()
    if time.monotonic() >= deadline:
        raise Failure("exchange_timeout")
    fields = None
    with suppress(ValueError, RecursionError):
        fields = json.loads(text) if len(text) <= 65536 else None
    if status == 429:
        raise Failure("rate_limited")
    if status >= 500:
        raise Failure("server_unavailable")
    if status >= 400:
        raise Failure("exchange_rejected", is_end=status <= 401 and is_about_grant(fields))
    if status != 200 or not isinstance(fields, dict):
        raise Failure("exchange_bad_response")
    return fields


def is_about_grant(fields):
    """Whether Monerium has refused the grant itself, in the shape of OAuth or in its own."""
    if not isinstance(fields, dict):
        return False
    errors = fields.get("errors")
    is_refresh = isinstance(errors, dict) and list(errors) == ["refresh_token"]
    return fields.get("error") == "invalid_grant" or is_refresh


def ask_tokens(deadline, grant):
    form = urlencode({"client_id": CLIENT_ID, **grant})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    tokens = ask(deadline, "POST", "/auth/token", headers, form)
    is_bearer = str(tokens.get("token_type")).lower() == "bearer"
    if not is_bearer or not matches(TOKEN, tokens.get("access_token")):
        raise Failure("exchange_bad_response")
    return tokens


def read_ids(profile, user_id):
    are_good = matches(IDENTIFIER, profile) and matches(IDENTIFIER, user_id)
    return {"profile": profile, "userId": user_id} if are_good else None


def ask_ids(deadline, token):
    accept = "application/vnd.monerium.api-v2+json"
    headers = {"Authorization": "Bearer " + token, "Accept": accept}
    try:
        fields = ask(deadline, "GET", "/auth/context", headers)
    except Failure:
        raise Failure("profile_unavailable") from None
    profile, profiles = fields.get("defaultProfile"), fields.get("profiles")
    if profile is None and isinstance(profiles, list) and len(profiles) == 1:
        profile = profiles[0].get("id") if isinstance(profiles[0], dict) else None
    ids = read_ids(profile, fields.get("userId"))
    if not ids:
        raise Failure("profile_unavailable")
    return ids


def claim(db, code):
    """Whether nobody has sent this code before: of all who insert one key, one succeeds."""
    db.execute("DELETE FROM claims WHERE at < ?", [time.time() - 3600])  # Codes live for minutes.
    insert = "INSERT OR IGNORE INTO claims VALUES (?, ?)"
    return db.execute(insert, [sha256(code), time.time()]).rowcount == 1


def keep(tokens, former=""):
    """Of Monerium's answer, what a session keeps."""
    try:
        seconds = float(tokens.get("expires_in", 3600))
    except (TypeError, ValueError):
        seconds = 3600
    refresh = tokens.get("refresh_token") or former
    return {"access": tokens["access_token"], "refresh": refresh, "until": time.time() + seconds}


def connect_customer(environ, code, verifier, redirect_uri):
    """Exchanges a code once. Returns the ID of a new session, and whose it is."""
    deadline = time.monotonic() + SECONDS
    with database() as db:
        # A second use can make Monerium revoke the tokens of the first.
        if not claim(db, code):
            raise Failure("transaction_not_found")
        grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        tokens = ask_tokens(deadline, {**grant, "redirect_uri": redirect_uri})
        ids = read_ids(tokens.get("profile"), tokens.get("userId"))
        ids = ids or ask_ids(deadline, tokens["access_token"])
        # A new ID: somebody may know the old one, or have planted it. Its hash opens no session.
        session = secrets.token_urlsafe(32)
        row = sha256(session)
        sealed = seal(keep(tokens), row)
        values = [row, ids["profile"], ids["userId"], sealed, time.time(), 0]
        db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", values)
        end_session(db, environ)
        db.execute("DELETE FROM sessions WHERE at < ?", [time.time() - 30 * DAY])
    return session, ids


def row_of(environ):
    return sha256(cookies_of(environ).get(PREFIX + "session", ""))


def end_session(db, environ):
    db.execute("DELETE FROM sessions WHERE hash = ?", [row_of(environ)])


def find_customer(environ):
    """The two ids of the customer who is connected in this session, or None."""
    with database() as db:
        select = "SELECT profile, user_id FROM sessions WHERE hash = ?"
        found = db.execute(select, [row_of(environ)]).fetchone()
    return {"profile": found[0], "userId": found[1]} if found else None


def access_token(environ):
    """The access token of the customer, or None: nobody is connected, or Monerium has ended it.

    It is refreshed once: another request waits for the lock, and finds the new tokens. A Failure
    means that Monerium could not be asked. Nothing is lost: try later.
    """
    row, deadline = row_of(environ), time.monotonic() + SECONDS
    while True:
        with database() as db:
            found = db.execute("SELECT tokens FROM sessions WHERE hash = ?", [row]).fetchone()
            tokens = unseal(found[0], row) if found else None
            if not tokens or tokens["until"] > time.time() + 60:
                return tokens and tokens["access"]
            now = time.time()
            # The tokens are part of the condition: those that were just read are still the newest.
            lock = "UPDATE sessions SET locked_until = ? WHERE hash = ? AND locked_until < ? AND tokens = ?"
            if db.execute(lock, [now + SECONDS + 5, row, now, found[0]]).rowcount == 1:
                return refresh(db, row, tokens["refresh"], deadline)
        if time.monotonic() > deadline:
            raise Failure("exchange_timeout")
        time.sleep(0.05)


def refresh(db, row, refresh_token, deadline):
    """Replaces both tokens. The row is locked."""
    try:
        grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        tokens = keep(ask_tokens(deadline, grant), refresh_token)
        save = "UPDATE sessions SET tokens = ?, at = ? WHERE hash = ?"
        db.execute(save, [seal(tokens, row), time.time(), row])
        return tokens["access"]
    except Failure as failure:
        if not failure.is_end:
            raise
        # The customer has withdrawn, and can connect again.
        db.execute("DELETE FROM sessions WHERE hash = ?", [row])
        return None
    finally:
        db.execute("UPDATE sessions SET locked_until = 0 WHERE hash = ?", [row])


def read_post(environ):
    """The code and the verifier of a post."""
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != "application/json":
        raise Failure("invalid_request", 415)
    length = environ.get("CONTENT_LENGTH") or ""
    if not re.fullmatch(r"[0-9]{1,9}", length):
        raise Failure("invalid_request", 411)
    if int(length) > 8192:
        raise Failure("invalid_request", 413)
    body = environ["wsgi.input"].read(int(length))
    if len(body) < int(length):
        raise Failure("invalid_request", 408)
    try:
        post = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        post = None
    is_right = (
        isinstance(post, dict)
        and matches(CODE, post.get("code"))
        and matches(VERIFIER, post.get("code_verifier"))
        and post.get("redirect_uri") == PAGE_REDIRECT_URI
        and post.get("client_id") == CLIENT_ID
    )
    if not is_right:
        raise Failure("invalid_request", 400)
    return post["code"], post["code_verifier"], PAGE_REDIRECT_URI


def session(environ):
    """For the pages of this site: a browser sends no `Origin` with a GET of its own origin."""
    method, origin = environ["REQUEST_METHOD"], environ.get("HTTP_ORIGIN")
    is_own = environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin"
    if origin != ORIGIN and not (origin is None and method == "GET" and is_own):
        raise Failure("access_denied", 403)
    if method == "POST":
        cookie, ids = connect_customer(environ, *read_post(environ))
        return Answer(200, ids).set_cookie(PREFIX + "session", cookie)
    if method == "DELETE":
        with database() as db:
            end_session(db, environ)
    ids = find_customer(environ) if method == "GET" else None
    return Answer(200, ids) if ids else Answer()


def report(fault):
    """Logs what failed, and where. The text of a fault may hold a secret."""
    trace = fault.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    logging.error("monerium-connect: %s in line %d", type(fault).__name__, trace.tb_lineno)


def respond(environ):
    route, method = environ.get("PATH_INFO", "").rpartition("/")[2], environ["REQUEST_METHOD"]
    purpose = environ.get("HTTP_SEC_PURPOSE", "") + environ.get("HTTP_PURPOSE", "")
    try:
        if "prefetch" in purpose.lower():
            return Answer(503)  # A page that is only fetched ahead begins nothing.
        if route not in METHODS:
            raise Failure("invalid_request", 404)
        if method not in METHODS[route]:
            raise Failure("invalid_request", 405)
        return {"start": start, "callback": callback, "session": session}[route](environ)
    except Failure as failure:
        return Answer(failure.status, {"error": failure.error})
    except Exception as fault:
        report(fault)
        return Answer(503, {"error": "temporarily_unavailable"})


def application(environ, start_response):
    answer = respond(environ)
    common = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Vary": "Origin"}
    if environ.get("HTTP_ORIGIN") == ORIGIN:
        common["Access-Control-Allow-Origin"] = ORIGIN
        common["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
        common["Access-Control-Allow-Headers"] = "content-type"
    start_response(f"{answer.status} Answer", [*common.items(), *answer.headers])
    return [answer.body]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def handle(self):
        # A client that is slow with its request must not keep a thread. It can still be answered.
        watchdog = threading.Timer(SECONDS, self.stop_reading)
        watchdog.start()
        try:
            super().handle()
        finally:
            watchdog.cancel()

    def stop_reading(self):
        with suppress(OSError):  # The client may have gone.
            self.connection.shutdown(socket.SHUT_RD)

    def log_message(self, *_):
        pass


def serve(app, port=int(os.environ.get("PORT", "8000"))):
    make_server("127.0.0.1", port, app, Server, QuietHandler).serve_forever()


if __name__ == "__main__":
    serve(application)
