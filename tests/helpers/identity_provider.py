"""An OpenID Connect provider on this computer, with a few people and their groups; signs in whoever clicks a name.

References
----------
OpenID Connect Core 1.0, sections 2 and 3.1, https://openid.net/specs/openid-connect-core-1_0.html
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "metamed-test", "a secret of the test"
GROUPS = {"Dr. Ada": ["rare-diseases"], "Guest": ["visitors"]}


class Provider:
    """The provider's answers; `url` is where it listens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = RSAKey.generate_key(2048, {"kid": "test"})
        self.asked: dict[str, dict[str, str]] = {}

    def app(self) -> Starlette:
        """As a web application."""
        known = (
            ("/.well-known/openid-configuration", self.about, ["GET"]),
            ("/authorize", self.authorize, ["GET"]),
            ("/as", self.chosen, ["GET"]),
            ("/token", self.token, ["POST"]),
            ("/keys", self.keys, ["GET"]),
            ("/end", self.end, ["GET"]),
        )
        return Starlette(routes=[Route(path, answer, methods=methods) for path, answer, methods in known])

    async def about(self, request: Request) -> Response:
        """What the provider can do, and where."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys", "end_session_endpoint": "end"}
        can = {
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse({"issuer": self.url, **{name: f"{self.url}/{place}" for name, place in places.items()}, **can})

    async def authorize(self, request: Request) -> Response:
        """A page that asks who one is."""
        code = secrets.token_urlsafe(8)
        self.asked[code] = dict(request.query_params)
        return HTMLResponse("".join(f'<p><a href="/as?code={code}&who={name}">{name}</a></p>' for name in GROUPS))

    async def chosen(self, request: Request) -> Response:
        """Back to the app with a code for the person who was chosen."""
        code = request.query_params["code"]
        self.asked[code]["who"] = request.query_params["who"]
        asked = self.asked[code]
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def token(self, request: Request) -> Response:
        """A signed statement of who it is, for the code."""
        form = await request.form()
        asked = self.asked.pop(str(form["code"]))
        now, who = int(time.time()), asked["who"]
        claims: dict[str, Any] = {"iss": self.url, "sub": who, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked.get("nonce")}
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, {**claims, "name": who, "groups": GROUPS[who]}, self.key)
        return JSONResponse({"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": signed})

    async def keys(self, request: Request) -> Response:
        """The public key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def end(self, request: Request) -> Response:
        """Back to the app after signing out."""
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])


@contextmanager
def identity_provider() -> Iterator[str]:
    """The address of a provider that runs until the block is left."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{found.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(Provider(url).app(), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]})
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


def secrets_file(provider: str, app: str) -> str:
    """The secrets of a server whose visitors sign in there."""
    return f"""[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "{secrets.token_hex(16)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[metamed]
groups_that_open_tables = ["rare-diseases"]
"""
