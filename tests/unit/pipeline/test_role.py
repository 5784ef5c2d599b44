"""How much of the lease a dispatcher uses."""

from __future__ import annotations

import pytest

from bot.pipeline.role import LEASE_S, RENEW_S, SAFE


def test_safe_part_of_the_lease_leaves_three_tenths() -> None:
    """Three tenths are for a send that is under way; two renewals fit into the rest."""
    assert pytest.approx(LEASE_S * 0.3) == LEASE_S * (1 - SAFE)
    assert RENEW_S * 2 <= LEASE_S * SAFE
