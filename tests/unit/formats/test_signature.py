"""Ed25519 over the payload's bytes: RFC 8032's own vector, and every way it can be wrong."""

from base64 import b64encode

import pytest

from bot.formats import Reason, Refused
from bot.formats.signature import public_key, sign, verify

PRIVATE = b64encode(
    bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
).decode()
PUBLIC = b64encode(
    bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
).decode()
SIGNATURE = b64encode(
    bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
).decode()


def test_signature_of_rfc_8032_is_verified() -> None:
    assert public_key(PRIVATE) == PUBLIC
    assert sign(b"\x72", PRIVATE) == SIGNATURE
    assert verify(b"\x72", SIGNATURE, PUBLIC)


def test_signature_with_white_space_is_verified() -> None:
    assert verify(b"\x72", f" {SIGNATURE[:40]}\n{SIGNATURE[40:]}\n", PUBLIC)


@pytest.mark.parametrize("payload", [b"", b"\x73", b"\x72\n"])
def test_signature_of_other_bytes_is_false(payload: bytes) -> None:
    assert not verify(payload, SIGNATURE, PUBLIC)


def test_signature_by_another_key_is_false() -> None:
    other = public_key(b64encode(b"\1" * 32).decode())
    assert not verify(b"\x72", SIGNATURE, other)


@pytest.mark.parametrize(
    ("signature", "detail"),
    [("*", "not base64"), ("é", "not base64"), ("AAAA", "has 3 bytes"), ("", "has 0 bytes")],
)
def test_signature_that_is_none_is_refused(signature: str, detail: str) -> None:
    with pytest.raises(Refused, match=detail) as caught:
        verify(b"\x72", signature, PUBLIC)
    assert caught.value.reason is Reason.SIGNATURE


@pytest.mark.parametrize("key", ["*", "AAAA"])
def test_key_that_is_none_is_an_error_of_the_configuration(key: str) -> None:
    with pytest.raises(ValueError, match="the public key") as caught:
        verify(b"\x72", SIGNATURE, key)
    assert not isinstance(caught.value, Refused)
