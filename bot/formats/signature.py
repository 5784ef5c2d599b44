"""Ed25519 signatures over a payload's bytes; keys and signatures are raw bytes in base64."""

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.domain.cap import Reason
from bot.formats.refusal import Refused


def verify(payload: bytes, signature_b64: str, public_key_b64: str) -> bool:
    """Whether the signature (64 bytes) is the key's (32 bytes) over exactly these bytes.

    Raises `Refused` with SIGNATURE for a signature that is none, and `ValueError` for a key that
    is none: the first is the sender's mistake, the second the configuration's.
    """
    try:
        signature = _bytes(signature_b64, 64, "signature")
    except ValueError as error:
        raise Refused(Reason.SIGNATURE, str(error), payload) from None
    key = Ed25519PublicKey.from_public_bytes(_bytes(public_key_b64, 32, "public key"))
    try:
        key.verify(signature, payload)
    except InvalidSignature:
        return False
    return True


def sign(payload: bytes, private_key_b64: str) -> str:
    """The base64 signature of the payload by a private key (32 bytes). Raises `ValueError`."""
    key = Ed25519PrivateKey.from_private_bytes(_bytes(private_key_b64, 32, "private key"))
    return b64encode(key.sign(payload)).decode()


def public_key(private_key_b64: str) -> str:
    """The base64 public key, as it goes into the configuration. Raises `ValueError`."""
    key = Ed25519PrivateKey.from_private_bytes(_bytes(private_key_b64, 32, "private key"))
    return b64encode(key.public_key().public_bytes_raw()).decode()


def derived_key(secret: str, purpose: str) -> str:
    """A base64 private key of a secret's own for a purpose: all who hold the secret agree on it."""
    return b64encode(hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()).decode()


def _bytes(text: str, length: int, name: str) -> bytes:
    try:
        value = b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the {name} is not base64; write Ed25519's bytes in base64") from None
    if len(value) != length:
        raise ValueError(f"the {name} has {len(value)} bytes; Ed25519 has {length}")
    return value
