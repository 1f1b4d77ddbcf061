"""What comes to an ASGI app and is no request."""

from starlette.types import ASGIApp, Receive, Scope, Send


async def is_request(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> bool:
    """Whether there is a request to be judged; the start and the end of the app are passed on, all else is closed."""
    if scope["type"] == "lifespan":
        await app(scope, receive, send)
    elif scope["type"] != "http":  # nothing here speaks another protocol
        await send({"type": "websocket.close", "code": 1008})
    return bool(scope["type"] == "http")
