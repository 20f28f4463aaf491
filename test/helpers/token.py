"""A page of a site beside the example: shows the access token, or why there is none."""

import sys

sys.path.insert(0, "examples")
import connect  # noqa: E402


def application(environ, start_response):
    if not environ["PATH_INFO"].endswith("/token"):
        return connect.application(environ, start_response)
    try:
        status, text = "200 OK", connect.access_token(environ) or "nobody"
    except connect.Failure as failure:
        status, text = "503 Unavailable", failure.name
    start_response(status, [("Content-Type", "text/plain")])
    return [text.encode()]


connect.serve(application)
