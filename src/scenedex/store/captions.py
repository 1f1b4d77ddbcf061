"""Captions → rows, of the table of those that are shown or of the one of what a video itself says."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import LiteralString
from uuid import UUID

from psycopg.sql import SQL

from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import plain, plain_json
from scenedex.store.tags import folded
from scenedex.types import Caption, CaptionOrigin

Place = tuple[CaptionOrigin, str, int]
"""Which caption of a video: origin, language ("" where it is unknown) and index."""

SHOWN: LiteralString = "captions"
ORIGINALS: LiteralString = "caption_originals"

COLUMNS: LiteralString = "start_s, end_s, text, origin, language, index, measures, speaker"


def place_of(caption: Caption) -> Place:
    """Its place in its video."""
    return caption.origin, plain(caption.language or ""), caption.index


def read_captions(tx: Transaction, video_id: UUID, table: LiteralString = SHOWN) -> list[Caption]:
    """The captions of a video by time."""
    query = SQL(
        """select {} from {} where owner_id = %(owner)s and video_id = %(video)s
        order by start_s, end_s, origin, language, index"""
    ).format(SQL(COLUMNS), SQL(table))
    return [caption_of(row) for row in tx.execute(query, {"video": video_id})]


def caption_of(row: Row) -> Caption:
    """The caption that a row with `COLUMNS` is."""
    measures = {name: value for name, value in row["measures"].items() if value is not None}
    return Caption(**{**row, "language": row["language"] or None, "measures": measures})


def write_captions(tx: Transaction, video_id: UUID, captions: Sequence[Caption]) -> None:
    """Put these in the place of all that are shown of a video."""
    tx.execute(
        "delete from captions where owner_id = %(owner)s and video_id = %(video)s", {"video": video_id}
    )
    put_captions(tx, video_id, captions)


def put_captions(tx: Transaction, video_id: UUID, captions: Sequence[Caption]) -> None:
    """Show these, each in the place of one that is there."""
    tx.execute_many(
        """insert into captions (owner_id, video_id, origin, language, index, start_s, end_s, text, measures,
          speaker, speaker_folded)
        values (%(owner)s, %(video)s, %(origin)s, %(language)s, %(index)s, %(start_s)s, %(end_s)s, %(text)s,
          %(measures)s, %(speaker)s, %(folded)s)
        on conflict (owner_id, video_id, origin, language, index) do update set start_s = excluded.start_s,
          end_s = excluded.end_s, text = excluded.text, measures = excluded.measures,
          speaker = excluded.speaker, speaker_folded = excluded.speaker_folded""",
        [
            {
                **asdict(caption),
                "text": plain(caption.text),
                "language": plain(caption.language or ""),
                "measures": plain_json(caption.measures),
                "speaker": caption.speaker and plain(caption.speaker),
                "folded": caption.speaker and folded(caption.speaker),
                "video": video_id,
            }
            for caption in captions
        ],
    )


def hide_captions(tx: Transaction, video_id: UUID, places: Sequence[Place]) -> None:
    """Show these no longer."""
    tx.execute_many(
        """delete from captions where owner_id = %(owner)s and video_id = %(video)s
          and origin = %(origin)s and language = %(language)s and index = %(index)s""",
        [
            {"video": video_id, "origin": origin, "language": language, "index": index}
            for origin, language, index in places
        ],
    )
