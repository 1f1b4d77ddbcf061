"""CLIP's byte-pair vocabulary → a `tokenizers` tokenizer with CLIP's rules.

The merges (openai/CLIP, MIT licence) come out of open_clip's wheel and lie beside this file, packed.
"""

import lzma
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

MERGES = Path(__file__).parent / "clip_merges.txt.xz"

_SPLIT = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def clip_tokenizer(merge_count: int | None = None) -> Tokenizer:
    """CLIP's tokenizer; with fewer merges a smaller one of the same rules."""
    lines = lzma.decompress(MERGES.read_bytes()).decode("utf-8").splitlines()[:merge_count]
    merges = [tuple(line.split()) for line in lines]
    letters = list(_byte_letters())
    words = [*letters, *(f"{each}</w>" for each in letters), *("".join(pair) for pair in merges)]
    vocabulary = {word: index for index, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    bos, eos = len(words), len(words) + 1
    engine = Tokenizer(
        models.BPE(
            vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", continuing_subword_prefix="",
            unk_token="<|endoftext|>", fuse_unk=False,
        )
    )  # fmt: skip
    engine.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    engine.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    engine.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", eos), ("<|startoftext|>", bos), trim_offsets=False, add_prefix_space=False
    )
    return engine


def _byte_letters() -> list[str]:
    """GPT-2's letters for the 256 bytes, in its order: the printable ones first."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(others))]
