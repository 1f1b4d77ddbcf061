"""Hits as files for editors."""

import io
import zipfile
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Response

from scenedex.api.models.exports import ExportQuery
from scenedex.api.routes.search import answered
from scenedex.api.service import Reading, Service, service_of
from scenedex.exports.formats import MEDIA_TYPES, Export, ExportedFile
from scenedex.http.failures import failures
from scenedex.library import Library
from scenedex.types import Answer

router = APIRouter(prefix="/search", tags=["search"])

WAIT_S = 2.0
"""For a place: files of videos may have to be opened, and sheets are drawn."""

ZIP = "application/zip"
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind.partition(";")[0]: BINARY for kind in (*MEDIA_TYPES.values(), ZIP)},
        "description": "The file; where there are several, all of them in a ZIP archive.",
        "headers": {
            "X-Events": {"description": "Events in all.", "schema": {"type": "string"}},
            "Content-Disposition": {"description": "Its name.", "schema": {"type": "string"}},
        },
    }
}
EXAMPLES: dict[str, Any] = {
    "list": {
        "summary": "An EDL of what is found",
        "value": {"query": "red car", "format": "edl", "limit": 50},
    },
    "bins": {
        "summary": "Bins with handles, for Final Cut Pro",
        "value": {"query": "red car", "format": "fcpxml", "bins": True, "handles_s": [1, 1]},
    },
}


@router.post(
    "/export",
    operation_id="export_hits",
    response_class=Response,
    responses={**FILES, **failures(404)},
)
def export_hits(
    library: Reading,
    service: Annotated[Service, Depends(service_of)],
    asked: Annotated[ExportQuery, Body(openapi_examples=EXAMPLES)],
) -> Response:
    """What a search finds, or scenes that are named, as a list for editors with timecode, or as contact sheets.

    Takes all that `/search/semantic` takes. 422 where nothing is found. An EDL has one rate and 999 events at most:
    several of them come as a ZIP archive.
    """
    title = asked.title.strip() or asked.query.strip() or "scenedex"
    if asked.bin_id is not None:
        hits: Answer | Sequence[Any] = [card.scene.id for card in library.bins.scenes(asked.bin_id)]
        title = asked.title.strip() or library.bins.find(asked.bin_id).name
    elif asked.video_id is not None:
        film, scenes = library.show(str(asked.video_id))
        hits, title = [scene.id for scene in scenes], asked.title.strip() or film.name
    else:
        hits = asked.scene_ids or answered(library, service, asked)
    with service.a_place(service.frames, WAIT_S):
        made = _made(library, asked, hits, title)
    file = made.files[0] if len(made.files) == 1 else _zipped(made)
    headers = {
        "X-Events": str(made.events),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
    }
    return Response(file.data, media_type=file.media_type, headers=headers)


def _made(library: Library, asked: ExportQuery, hits: Answer | Sequence[Any], title: str) -> Export:
    if asked.format == "sheet":
        return library.sheet_of_hits(hits, title=title)
    return library.export(
        hits,
        asked.format,
        bins=asked.bins,
        handles_s=asked.handles_s,
        join=asked.join,
        by_time=asked.by_time,
        title=title,
    )


def _zipped(made: Export) -> ExportedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in made.files:
            archive.writestr(zipfile.ZipInfo(file.name), file.data, zipfile.ZIP_DEFLATED)
    stem = made.files[0].name.rpartition("-1.")[0] or "scenedex"
    return ExportedFile(name=f"{stem}.zip", media_type=ZIP, data=packed.getvalue())
