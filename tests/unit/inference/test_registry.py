"""The registry is data: complete, consistent, and helpful about names."""

import pytest

from scenedex.errors import NotFoundError, UsageError
from scenedex.inference.registry import load_registry


def test_every_model_has_what_its_family_needs():
    cards = list(load_registry())
    assert len(cards) >= 11
    for card in cards:
        roles = {file.role for file in card.files}
        assert roles >= {"text", "tokenizer"}
        assert card.text is not None
        assert card.licence in ("MIT", "Apache-2.0")
        assert card.megabytes > 10
        if card.family in ("clip", "siglip"):
            assert "vision" in roles
            assert card.image.resize == ("shortest" if card.family == "clip" else "squash")
        if card.family == "e5":
            assert (card.text.query_prefix, card.text.passage_prefix) == ("query: ", "passage: ")
        for file in card.files:
            assert file.sha256 is None or len(file.sha256) == 64
            assert file.bytes or file.mb


def test_spaces_of_different_models_never_share_a_name():
    names = [card.space().name for card in load_registry()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("clip-b32", "clip-b32"),
        ("vit-b-32/OPENAI", "clip-b32"),
        ("ViT-L-14", "clip-l14"),
        ("siglip2", "siglip2-b16-224"),
        ("multilingual-e5-small", "me5-small"),
        ("ViT-B-32/laion2b_s34b_b79k", "clip-b32-laion"),
    ],
)
def test_a_model_is_found_by_key_and_alias(name, key):
    assert load_registry().find(name).key == key


def test_an_unknown_key_lists_the_near_ones():
    with pytest.raises(NotFoundError, match=r"'clip-b23'.*clip-b32") as caught:
        load_registry().find("clip-b23")
    assert isinstance(caught.value, UsageError)
    with pytest.raises(NotFoundError, match="siglip2-b16-224"):
        load_registry().find("siglip-b16")


def test_a_key_like_none_lists_them_all():
    with pytest.raises(NotFoundError, match="me5-small"):
        load_registry().find("zzzzzz")


def test_a_file_that_is_no_registry_is_a_named_error(tmp_path):
    path = tmp_path / "registry.toml"
    for text in ("not toml [", "[[model]]\nkey = 1\n", '[model]\na = "b"\n', ""):
        path.write_text(text)
        with pytest.raises(UsageError, match="registry"):
            load_registry(path)


def test_a_part_that_a_model_lacks_is_named():
    with pytest.raises(UsageError, match="vision"):
        load_registry().find("me5-small").file("vision")
