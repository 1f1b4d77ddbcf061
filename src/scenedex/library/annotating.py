"""Settings → what annotates videos; and which of a library's videos are to be annotated."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from scenedex.config import Settings
from scenedex.errors import NotFoundError, UsageError
from scenedex.indexing.annotate import Annotator
from scenedex.indexing.progress import Progress
from scenedex.types import AnnotationKind, AnnotationOutcome

if TYPE_CHECKING:
    from scenedex.indexing.pipeline import Parts

BUILT_IN: tuple[AnnotationKind, ...] = ("screen_text", "speech", "description")

PLUGIN = "plugin/"
"""With this SCENEDEX_DESCRIPTION_MODEL begins where a plug-in describes: no server is ever asked in its place."""


def annotator_of(
    settings: Settings,
    kind: str,
    parts: Callable[[], "Parts"],
    *,
    download: bool = False,
    force: bool = False,
) -> Annotator:
    """What makes annotations of this kind, or the plug-in of this name. `download`: its model may be fetched where it
    is not here; `force`: what has been described is described anew.

    Raises NotInstalledError where its extra is not installed, SpeechModelError, NotFoundError for an unknown kind,
    PluginError.
    """
    if kind == "screen_text":
        from scenedex.annotations.screen_text import ScreenReader
        from scenedex.indexing.screen_text import ScreenText

        return ScreenText(ScreenReader())
    if kind == "speech":
        return _speech(settings, download)
    if kind == "description":
        return _descriptions(settings, parts(), force)
    try:
        return _plugged(kind, parts(), force)
    except NotFoundError as exc:
        raise NotFoundError(
            f"There are no annotations of the kind {kind!r}: {', '.join(BUILT_IN)}. {exc}"
        ) from exc


class Through:
    """Tells the watcher of an index run how its annotations go on. The videos are not counted a second time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def found(self, files: int) -> None:
        """Nothing."""

    def start(self, path: str) -> None:
        """This video is next."""
        self._progress.start(path)

    def step(self, step: AnnotationKind, done: float) -> None:
        """How much of it is done, 0 to 1."""
        self._progress.step(step, done)

    def finish(self, outcome: AnnotationOutcome) -> None:
        """Nothing."""


def wanted(settings: Settings) -> list[AnnotationKind]:
    """The kinds that indexing makes by itself."""
    kinds: list[AnnotationKind] = []
    if settings.scenedex_screen_text:
        kinds.append("screen_text")
    if settings.scenedex_speech:
        kinds.append("speech")
    return kinds


def _speech(settings: Settings, download: bool) -> Annotator:
    from scenedex.annotations.speech import Transcriber
    from scenedex.indexing.speech import Speech

    if download and settings.hf_hub_offline:
        raise UsageError(
            "HF_HUB_OFFLINE is set, so the model of speech cannot be fetched: unset it, or leave --download out."
        )
    # where HF_HOME is set, Hugging Face's own cache is the place of its models
    folder = None if settings.hf_home else settings.models_folder() / "speech"
    return Speech(
        Transcriber(
            settings.scenedex_asr_model,
            folder=folder,
            device=settings.clip_device,
            download=download,
            token=settings.huggingface_hub_token,
        )
    )


def _plugged(name: str, parts: "Parts", force: bool) -> Annotator:
    from scenedex.indexing.description import Descriptions
    from scenedex.indexing.plugged import PluggedDescriber

    return Descriptions(PluggedDescriber(name), parts, anew=force)


def _descriptions(settings: Settings, parts: "Parts", force: bool) -> Annotator:
    from scenedex.annotations.description import OPENAI_URL, Describer, Endpoint
    from scenedex.indexing.description import Descriptions

    model = settings.scenedex_description_model
    if model and model.startswith(PLUGIN):
        return _plugged(model.removeprefix(PLUGIN), parts, force)
    if not model or not (settings.openai_base_url or settings.openai_api_key):
        raise UsageError(
            "Descriptions are asked of a server, to which pictures of the scenes are sent: name a model that sees with "
            "SCENEDEX_DESCRIPTION_MODEL, and its server with OPENAI_BASE_URL, or OPENAI_API_KEY for OpenAI's own."
        )
    endpoint = Endpoint(
        model=model, url=settings.openai_base_url or OPENAI_URL, api_key=settings.openai_api_key
    )
    return Descriptions(Describer(endpoint), parts, anew=force)
