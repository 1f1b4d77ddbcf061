"""What a model wrote about scenes."""

from uuid import UUID

from scenedex.errors import NotFoundError
from scenedex.store.database import Transaction
from scenedex.store.encoding import plain, plain_json
from scenedex.types import Description, StoredDescription


def descriptions_of(tx: Transaction, video_id: UUID) -> dict[int, StoredDescription]:
    """Index of the scene → its description."""
    rows = tx.execute(
        """select s.index, d.model, d.description, d.summary, d.tags
        from descriptions d join scenes s on s.owner_id = d.owner_id and s.id = d.scene_id
        where d.owner_id = %(owner)s and s.video_id = %(video)s order by s.index""",
        {"video": video_id},
    )
    return {row.pop("index"): StoredDescription(**{**row, "tags": tuple(row["tags"])}) for row in rows}


def put_description(tx: Transaction, scene_id: UUID, model: str, made: Description) -> None:
    """Keep the description of a scene; it replaces the one before. Raises NotFoundError."""
    rows = tx.execute(
        """insert into descriptions (owner_id, scene_id, model, description, summary, tags)
        select owner_id, id, %(model)s, %(description)s, %(summary)s, %(tags)s
        from scenes where owner_id = %(owner)s and id = %(scene)s for key share
        on conflict (owner_id, scene_id) do update set model = excluded.model, description = excluded.description,
          summary = excluded.summary, tags = excluded.tags, made_at = now()
        returning scene_id""",
        {
            "scene": scene_id,
            "model": plain(model),
            "description": plain(made.description),
            "summary": plain(made.summary),
            "tags": plain_json(list(made.tags)),
        },
    )
    if not rows:
        raise NotFoundError("The scene is not there any more.")
