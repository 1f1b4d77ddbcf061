from tests.integration.store.records import TEXT, embeddings, record, unit

from scenedex.store.database import Database
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.store.warming import read_ahead, walk
from scenedex.types import LOCAL_OWNER


def test_the_files_of_an_embedded_server_are_read(database: Database) -> None:
    folder = database.files()
    assert folder is not None
    assert read_ahead(database) > sum(path.stat().st_size for path in folder.glob("*/*")) / 2


def test_each_space_is_searched_for_what_is_in_it(database: Database) -> None:
    space = ensure_space(database, TEXT)
    drafts = embeddings([unit(n, space.dim) for n in range(3)])
    with database.transaction(LOCAL_OWNER) as tx:
        write_video(tx, record("a", ["."] * 3, embeddings={space.id: drafts}))
        assert walk(tx, [space], walks=2) == 2
        assert walk(tx, [space], walks=50) == 3
