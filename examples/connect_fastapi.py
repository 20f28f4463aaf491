"""The backend in FastAPI: the rules are those of connect.py, in this folder.

Try it, with the variables of connect.py: uvicorn connect_fastapi:app --port 8000
"""

import asyncio
import time

import connect
from fastapi import FastAPI
from fastapi.middleware.wsgi import WSGIMiddleware

# In separate threads: connect.py blocks its thread while it waits for Monerium.
threads = WSGIMiddleware(connect.application)


async def monerium(scope, receive, send):
    """Waits for a body no longer than for Monerium, and keeps no more of it than a post has."""
    end, left = time.monotonic() + connect.SECONDS, 8192

    async def receive_in_time():
        nonlocal left
        try:
            message = await asyncio.wait_for(receive(), max(0, end - time.monotonic()))
        except asyncio.TimeoutError:
            return {"type": "http.disconnect"}  # connect.py misses the rest of the body.
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    await threads(scope, receive_in_time, send)


app = FastAPI()
app.mount("/monerium", monerium)
