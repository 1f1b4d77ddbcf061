"""The page: its one document for every address that it shows, and its static files. Neither needs a key."""

import hashlib
import re
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, Request, Response

import scenedex
from scenedex.api.ranges import Version, not_modified
from scenedex.api.scripts import Scripts
from scenedex.http.errors import ApiError

router = APIRouter(include_in_schema=False)

SHOWN = (
    "/", "/videos", "/videos/{id}", "/entities", "/entities/{id}", "/baselines", "/anomalies/{id}", "/status",
    "/sign-in",
)  # fmt: skip
"""Addresses of the page; what each shows is decided in the browser."""

ASSETS = "/assets/"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content-Security-Policy: nothing from elsewhere, no script but our files, and no text becomes markup."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

NAME = re.compile(r"(?:[a-z0-9_-]{1,60}/){0,3}[a-z0-9_-]{1,60}\.(?:css|js|json|svg)")
"""An asset below `ui`. No dot but one, so no way leads out."""

_SHOWN = re.compile("|".join(path.replace("{id}", "[^/]+") for path in SHOWN))

FOLDER = Path(scenedex.__file__).parent / "ui"


def is_page(path: str) -> bool:
    """Whether an address is one of the page or of its files, which anybody may have: they are the same for all."""
    return path.startswith(ASSETS) or _SHOWN.fullmatch(path) is not None


def show_page(request: Request) -> Response:
    """The document."""
    content = (FOLDER / "index.html").read_bytes()
    return _file(request, content, "text/html; charset=utf-8", {"Content-Security-Policy": POLICY})


for address in SHOWN:
    router.add_api_route(address, show_page, methods=["GET", "HEAD"], name=f"page {address}")


@router.api_route(ASSETS + "{name:path}", methods=["GET", "HEAD"])
def show_asset(request: Request, name: str) -> Response:
    """A static file; a script as `Scripts` delivers it. Raises ApiError (404)."""
    file = FOLDER / name
    if not NAME.fullmatch(name) or not file.is_file():
        raise ApiError(404, "not_found", "The page has no such file.")
    suffix = PurePosixPath(name).suffix
    content = _scripts(request).delivered(file) if suffix == ".js" else file.read_bytes()
    return _file(request, content, MEDIA_TYPES[suffix], {})


def _scripts(request: Request) -> Scripts:
    found = request.app.state.scripts
    assert isinstance(found, Scripts)
    return found


def _file(request: Request, content: bytes, media_type: str, more: dict[str, str]) -> Response:
    version = Version(tag=f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    headers = {"ETag": version.tag, "Cache-Control": "no-cache", **more}
    if not_modified(request.headers, version):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
