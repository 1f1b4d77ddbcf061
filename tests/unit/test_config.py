"""Settings: what is read, what is refused, and that no secret is printed."""

import logging
from collections.abc import Iterator

import pytest

from scenedex.config import Settings, log_encoders, read_settings
from scenedex.errors import UsageError


def test_without_anything_set() -> None:
    settings = read_settings()
    assert settings.clip_normalize
    assert settings.clip_max_image_size == 0
    assert (settings.embedding_backend, settings.iv2_device) == ("visual", "cuda:0")
    assert (settings.iv2_frames, settings.iv2_res, settings.iv2_stride) == (8, 448, 4)
    elsewhere = settings.elsewhere()
    assert (elsewhere.clip_url, elsewhere.text_model) == (None, "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CLIP_NORMALIZE", "perhaps", "CLIP_NORMALIZE: .*boolean"),
        ("CLIP_MAX_IMAGE_SIZE", "-1", "CLIP_MAX_IMAGE_SIZE"),
        ("CLIP_MAX_IMAGE_SIZE", "31", "CLIP_MAX_IMAGE_SIZE: 0, or at least 32"),
        ("CLIP_MAX_IMAGE_SIZE", "wide", "CLIP_MAX_IMAGE_SIZE"),
        ("CLIP_DEBUG_LOG", "2", "CLIP_DEBUG_LOG"),
        ("CLIP_RUNPOD_URL", "host:8093", "CLIP_RUNPOD_URL: a URL that begins with http"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4318",
            "OTEL_EXPORTER_OTLP_ENDPOINT: a URL that begins with http",
        ),
        ("PYROSCOPE_URL", "pyroscope", "PYROSCOPE_URL: a URL that begins with http"),
        ("CLIP_USE_TENSORRT", "perhaps", "CLIP_USE_TENSORRT: .*boolean"),
        ("CLIP_RUNPOD_URL", "http://host:8093", "CLIP_RUNPOD_URL needs CLIP_RUNPOD_SECRET"),
        ("OPENAI_BASE_URL", "file:///etc/passwd", "OPENAI_BASE_URL: a URL that begins with http"),
        ("EMBEDDING_BACKEND", "magic", "EMBEDDING_BACKEND: .*internvl35.*videoprism"),
        ("IV2_DEVICE", "gpu", "IV2_DEVICE"),
        ("IV2_FRAMES", "0", "IV2_FRAMES"),
        ("IV2_FRAMES", "1000000", "IV2_FRAMES"),
        ("IV2_RES", "0", "IV2_RES"),
        ("IV2_STRIDE", "-4", "IV2_STRIDE"),
        ("SCENEDEX_FETCH_HOSTS", "https://media.example", "SCENEDEX_FETCH_HOSTS: .* is no host"),
        ("SCENEDEX_FETCH_HOSTS", "media.example, *", "SCENEDEX_FETCH_HOSTS"),
        ("SCENEDEX_FETCH_HOSTS", "a.*.example", "SCENEDEX_FETCH_HOSTS"),
        ("SCENEDEX_FETCH_HOSTS", "media.example:8080", "SCENEDEX_FETCH_HOSTS"),
        ("SCENEDEX_MAX_UPLOAD_MB", "0", "SCENEDEX_MAX_UPLOAD_MB"),
        ("SCENEDEX_MAX_UNFINISHED", "0", "SCENEDEX_MAX_UNFINISHED"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        read_settings()


def test_times_of_decoding_become_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENEDETECT_TIMEOUT_SECS", "90")
    monkeypatch.setenv("KEYFRAME_TIMEOUT_SECS", "8")
    limits = read_settings().limits()
    assert (limits.decode_s(10.0), limits.decode_s(100.0), limits.decode_s(None)) == (90.0, 400.0, 90.0)
    assert (limits.fetch_s(5.0), limits.fetch_s(100.0), limits.fetch_s(None)) == (8.0, 100.0, 8.0)


def test_hosts_that_may_be_asked_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().fetch_limits().hosts == ()
    monkeypatch.setenv("SCENEDEX_FETCH_HOSTS", " Media.Example, *.cdn.example ,,")
    assert read_settings().fetch_limits().hosts == ("media.example", "*.cdn.example")


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIP_RUNPOD_URL", "OPENAI_BASE_URL", "EMBEDDING_BACKEND", "IV2_FRAMES"):
        monkeypatch.setenv(name, "")
    assert read_settings() == Settings()


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIP_RUNPOD_SECRET", "OPENAI_API_KEY", "HUGGINGFACE_HUB_TOKEN"):
        monkeypatch.setenv(name, "open sesame")
    monkeypatch.setenv("CLIP_RUNPOD_URL", "https://host")
    settings = read_settings()
    assert "sesame" not in repr(settings) + repr(settings.elsewhere())
    assert settings.elsewhere().clip_secret == "open sesame"
    monkeypatch.setenv("CLIP_RUNPOD_URL", "no url")
    with pytest.raises(UsageError) as caught:
        read_settings()
    assert "sesame" not in str(caught.value)


@pytest.fixture
def levels() -> Iterator[list[logging.Logger]]:
    loggers = [logging.getLogger(f"scenedex.{name}") for name in ("embeddings", "inference")]
    before = [logger.level for logger in loggers]
    yield loggers
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def test_the_log_of_encoders(levels: list[logging.Logger]) -> None:
    log_encoders()
    assert [logger.level for logger in levels] == [logging.DEBUG, logging.DEBUG]
    assert logging.getLogger("scenedex").getEffectiveLevel() > logging.DEBUG


def test_traces_go_nowhere_unless_somebody_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings().traces()
    assert not read_settings().pyroscope_enabled
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318/v1/traces")
    assert read_settings().traces()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not read_settings().traces()


def test_where_engines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().engines_folder().name == "engines"
    monkeypatch.setenv("CLIP_ENGINE_PATH", "/data/mine")
    assert str(read_settings().engines_folder()) == "/data/mine"
