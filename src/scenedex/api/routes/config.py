"""What a page has to know of a server before it offers anything."""

from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Request

from scenedex.api.models.config import Config, ConfigLimits, Fetching, Registering, Root, Uploading
from scenedex.api.models.search import MAX_LIMIT, MAX_PICTURE_BYTES
from scenedex.api.routes.videos import MAX_PAGE
from scenedex.api.service import RANKS, Caller, Reading, caller_of
from scenedex.config import Settings
from scenedex.search.question import MAX_QUERY
from scenedex.search.request import MAX_OFFSET
from scenedex.store.tags import MAX_TAGS

router = APIRouter(tags=["operations"])

CHUNK_BYTES = 16 * 1024 * 1024
"""A part of a file that a slow line sends in a minute or two."""


@router.get("/config")
def get_config(request: Request, library: Reading) -> Config:
    """What this server is, which ways of adding videos it offers the caller, and what a request may ask for."""
    caller, settings = caller_of(request), library.settings
    return Config(
        version=version("scenedex"),
        keys_demanded=bool(request.app.state.keys_demanded),
        access=caller.access,
        registration=_registering(caller, settings),
        uploads=_uploading(caller, settings),
        fetching=_fetching(caller, settings),
        languages=tuple(library.languages()),
        limits=ConfigLimits(
            query_characters=MAX_QUERY,
            search_hits=MAX_LIMIT,
            search_offset=MAX_OFFSET,
            picture_bytes=MAX_PICTURE_BYTES,
            videos=MAX_PAGE,
            tags=MAX_TAGS,
            body_bytes=settings.scenedex_max_body_bytes,
        ),
    )


def _may_write(caller: Caller) -> bool:
    return RANKS.index(caller.access) >= RANKS.index("write")


def _registering(caller: Caller, settings: Settings) -> Registering:
    """The roots are told to those who may name files below them: others have no use for the server's folders."""
    roots = settings.roots() if _may_write(caller) else []
    anywhere = _may_write(caller) and caller.key is None and not roots
    shown = tuple(Root(name=_name(root, roots), path=str(root), there=_there(root)) for root in roots)
    return Registering(allowed=anywhere or bool(roots), anywhere=anywhere, roots=shown)


def _name(root: Path, roots: list[Path]) -> str:
    """Its last part, where no other root has the same."""
    alike = sum(other.name == root.name for other in roots) > 1
    return str(root) if alike or not root.name else root.name


def _there(root: Path) -> bool:
    try:
        return root.is_dir()
    except OSError:
        return False


def _uploading(caller: Caller, settings: Settings) -> Uploading:
    limits = settings.upload_limits()
    return Uploading(
        allowed=_may_write(caller),
        max_bytes=limits.max_bytes,
        max_resumable_bytes=limits.max_resumable_bytes,
        chunk_bytes=min(CHUNK_BYTES, limits.max_resumable_bytes),
        max_unfinished=limits.max_unfinished,
        expiry_s=limits.expiry_s,
    )


def _fetching(caller: Caller, settings: Settings) -> Fetching:
    limits = settings.fetch_limits()
    allowed = _may_write(caller) and bool(limits.hosts)
    return Fetching(allowed=allowed, hosts=limits.hosts if allowed else (), max_bytes=limits.max_bytes)
