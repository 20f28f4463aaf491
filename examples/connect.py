"""The endpoint behind `backend-url` by hand, from the wire contract, as a WSGI application.

Only the standard library. Try it: PORT=8000 python3 connect.py
"""

import json
import os
import re
import secrets
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socketserver import ThreadingMixIn
from urllib.parse import urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

CLIENT_ID = os.environ["CLIENT_ID"]
REDIRECT_URI = os.environ["REDIRECT_URI"]
API_URL = os.environ.get("MONERIUM_API_URL", "https://api.monerium.dev")
# The page's own origin. Behind a proxy the server's address is not the one that the browser sees.
ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(REDIRECT_URI))
SECONDS = 15  # from the request to the identity: less than the 20 of the element

CODE = re.compile(r"[ -~]{1,2048}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,128}")
TOKEN = re.compile(r"[!-~]+")

# Stands for your database: what a session cookie leads to. Encrypt the tokens at rest.
sessions = {}


class Failure(Exception):
    """What the page hears instead of an identity."""

    def __init__(self, status, error):
        super().__init__(status)
        self.status, self.error = status, error


def matches(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def ask(deadline, refusal, method, path, headers, body=None):
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
        late = time.monotonic() >= deadline
        raise Failure(504 if late else 502, "temporarily_unavailable") from None
    finally:
        if watchdog:
            watchdog.cancel()
        connection.close()
    if time.monotonic() >= deadline:
        raise Failure(504, "temporarily_unavailable")
    if status == 429:
        raise Failure(429, "temporarily_unavailable")
    if 400 <= status < 500:
        raise Failure(refusal, "invalid_grant" if refusal == 400 else "server_error")
    try:
        fields = json.loads(text) if status == 200 and len(text) <= 65536 else None
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Failure(502, "server_error")
    return fields


def read_post(environ):
    """The four fields, checked."""
    if environ["REQUEST_METHOD"] != "POST":
        raise Failure(405, "invalid_request")
    if environ.get("HTTP_ORIGIN") != ORIGIN:
        raise Failure(403, "access_denied")
    if environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != "application/json":
        raise Failure(415, "invalid_request")
    length = environ.get("CONTENT_LENGTH") or ""
    if not re.fullmatch(r"[0-9]{1,9}", length):
        raise Failure(411, "invalid_request")
    if int(length) > 8192:
        raise Failure(413, "invalid_request")
    body = environ["wsgi.input"].read(int(length))
    if len(body) < int(length):
        raise Failure(408, "invalid_request")
    try:
        post = json.loads(body)
    except (ValueError, RecursionError):
        post = None
    is_right = (
        isinstance(post, dict)
        and matches(CODE, post.get("code"))
        and matches(VERIFIER, post.get("code_verifier"))
        and post.get("redirect_uri") == REDIRECT_URI
        and post.get("client_id") == CLIENT_ID
    )
    if not is_right:
        raise Failure(400, "invalid_request")
    return {name: post[name] for name in ("code", "code_verifier", "redirect_uri", "client_id")}


def exchange(grant, deadline):
    """The tokens, and who they belong to."""
    form = urlencode({"grant_type": "authorization_code", **grant})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    tokens = ask(deadline, 400, "POST", "/auth/token", headers, form)
    is_bearer = str(tokens.get("token_type")).lower() == "bearer"
    if not is_bearer or not matches(TOKEN, tokens.get("access_token")):
        raise Failure(502, "server_error")
    profile, user_id = tokens.get("profile"), tokens.get("userId")
    if not (matches(IDENTIFIER, profile) and matches(IDENTIFIER, user_id)):
        headers = {
            "Authorization": "Bearer " + tokens["access_token"],
            "Accept": "application/vnd.monerium.api-v2+json",
        }
        context = ask(deadline, 502, "GET", "/auth/context", headers)
        profile, user_id = context.get("defaultProfile"), context.get("userId")
        profiles = context.get("profiles")
        if profile is None and isinstance(profiles, list) and len(profiles) == 1:
            profile = profiles[0].get("id") if isinstance(profiles[0], dict) else None
    if not (matches(IDENTIFIER, profile) and matches(IDENTIFIER, user_id)):
        raise Failure(502, "server_error")
    return tokens, {"profile": profile, "userId": user_id}


def application(environ, start_response):
    headers = [("Cache-Control", "no-store"), ("Vary", "Origin")]
    if environ.get("HTTP_ORIGIN") == ORIGIN:
        headers.append(("Access-Control-Allow-Origin", ORIGIN))
        headers.append(("Access-Control-Allow-Headers", "content-type"))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", headers)
            return []
    deadline = time.monotonic() + SECONDS
    try:
        tokens, identity = exchange(read_post(environ), deadline)
        session = secrets.token_urlsafe(32)
        sessions[session] = {"clientId": CLIENT_ID, "tokens": tokens, **identity}
        cookie = f"__Host-session={session}; Path=/; Secure; HttpOnly; SameSite=Lax"
        headers.append(("Set-Cookie", cookie))
        status, answer = 200, identity
    except Failure as failure:
        status, answer = failure.status, {"error": failure.error}
    start_response(f"{status} Answer", headers + [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


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


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    make_server("127.0.0.1", port, application, Server, QuietHandler).serve_forever()
