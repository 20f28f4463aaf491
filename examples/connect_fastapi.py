"""The endpoint behind `backend-url` in FastAPI: the rules are those of connect.py, in this folder.

Try it: PORT=8000 python3 connect_fastapi.py
"""

import os

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.wsgi import WSGIMiddleware

from connect import application

app = FastAPI()
# In threads of its own, since connect.py waits for Monerium without giving its thread back.
app.mount("/", WSGIMiddleware(application))

if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
