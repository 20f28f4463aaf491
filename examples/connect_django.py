"""The backend beside Django: the rules are those of connect.py, in this folder.

Try it, with the variables of connect.py and PORT=8000: python3 connect_django.py
"""

import connect
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY=connect.SECRETS[0])
site = get_wsgi_application()

# A view of yours: `connect.access_token(request.environ)` is the token for Monerium's API.
urlpatterns = [path("me", lambda request: JsonResponse({"ids": connect.find_customer(request.environ)}))]


def application(environ, start_response):
    """Belongs in your wsgi.py. connect.py compares origins itself, so it needs no CSRF token."""
    is_ours = environ["PATH_INFO"].startswith("/monerium/")
    return (connect.application if is_ours else site)(environ, start_response)


if __name__ == "__main__":
    connect.serve(application)
