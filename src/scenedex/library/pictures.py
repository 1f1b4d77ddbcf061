"""Where the pictures of a library lie."""

from pathlib import Path

from scenedex.config import Settings
from scenedex.store.objects import ObjectStore


def picture_place(settings: Settings, home: Path) -> Path | str:
    """The folder of the pictures, or the URL of their bucket."""
    return settings.scenedex_objects or home / "objects"


def object_store(settings: Settings, home: Path) -> ObjectStore:
    """The pictures of the library in the folder `home`. Raises StoreError where they cannot be reached."""
    return ObjectStore(
        picture_place(settings, home),
        endpoint=settings.aws_endpoint_url_s3 or settings.aws_endpoint_url,
        patience_s=settings.scenedex_objects_patience_s,
    )
