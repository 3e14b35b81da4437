"""The server of `pnzoo dashboard`: app.py, in a document that has the frame's style before anything is drawn.

Streamlit's document is empty, and a component's style comes after the first elements: what stood there moved by a
third of the screen. The document says where the server is, too: Streamlit would look for it below the page's address
first, in vain. `streamlit run dashboard/app.py` is the same without these two.
"""

import json
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

HERE = Path(__file__).resolve().parent
PAGES = [file.stem for file in (HERE / "app_pages").glob("[a-z]*.py")]
STYLE = (HERE / "widgets" / "frame.css").read_text(encoding="utf-8")
# Behind a proxy the pages may stand below another path: it is what is left without the page's own name.
WHERE = """{const pages = PAGES, parts = location.pathname.replace(/\\/+$/, "").split("/");
if (pages.includes(parts.at(-1))) parts.pop();
window.__streamlit = {BACKEND_BASE_URL: location.origin + parts.join("/")};}""".replace("PAGES", json.dumps(PAGES))


def framed(document: bytes) -> bytes:
    """Streamlit's document with our title, style and server; the style is last, as Streamlit's own grow in the head."""
    for before, after in (("<title>Streamlit</title>", "<title>pnzoo</title>"),
                          ("<head>", f"<head><script>{WHERE}</script>"),
                          ("</body>", f"<style>{STYLE}</style></body>")):
        document = document.replace(before.encode(), after.encode(), 1)
    return document


class Framed:
    """ASGI middleware that hands out documents through `framed`, and everything else as it is."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        """Answer a request."""
        page = scope["type"] == "http" and scope["method"] == "GET" and "." not in scope["path"].rpartition("/")[2]
        if not page or "/_stcore/" in scope["path"]:
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"]
                 if name not in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")]
        start, body = {}, b""

        async def collect(message):
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = dict(start["headers"])
            if headers.get(b"content-type", b"").startswith(b"text/html"):
                body = framed(body)
                headers[b"content-length"] = str(len(body)).encode()
                headers.pop(b"etag", None)
            await send({**start, "headers": list(headers.items())})
            await send({"type": "http.response.body", "body": body})

        await self.app({**scope, "headers": plain}, receive, collect)


app = st.App(HERE / "app.py", middleware=[Middleware(Framed)])
