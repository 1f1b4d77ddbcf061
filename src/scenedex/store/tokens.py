"""What a key looks like: `sdx_<id>_<secret>`, both in hex; of the 256-bit secret only the SHA-256 is stored."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

SECRET_BYTES = 32
TOKEN = re.compile(r"sdx_([0-9a-f]{32})_([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A key as its holder has it."""

    id: UUID
    secret: bytes = field(repr=False)  #: 32 bytes

    def text(self) -> str:
        """`sdx_<id>_<secret>`."""
        return f"sdx_{self.id.hex}_{self.secret.hex()}"

    def digest(self) -> bytes:
        """What is stored of the secret: its SHA-256, 32 bytes."""
        return hashlib.sha256(self.secret).digest()

    def fits(self, digest: bytes) -> bool:
        """Whether this is the secret of that digest, in a time that says nothing of where they differ."""
        return hmac.compare_digest(self.digest(), digest)


def new_token() -> Token:
    """A token that nobody can guess; its id is random too (version 4 of RFC 9562)."""
    return Token(UUID(bytes=secrets.token_bytes(16), version=4), secrets.token_bytes(SECRET_BYTES))


def read_token(text: str) -> Token | None:
    """The token that a text is; None for anything else."""
    match = TOKEN.fullmatch(text)
    return Token(UUID(hex=match[1]), bytes.fromhex(match[2])) if match else None
