"""A million cases through the store, against its budget; run by `make bench` (some minutes)."""

import pytest


@pytest.mark.bench
def test_a_million_cases(measured, tmp_path):
    """Size is held to the budget; times are recorded, as the machine may have other work."""
    found = measured("store of a million cases", "million_cases.py", 1_000_000, tmp_path)
    assert found["bytes_a_case"] < found["budget_bytes_a_case"]
    assert found["files_before_merge"] < 300
