"""The table every case writes its rows into."""

import pytest
from rows import Table


@pytest.fixture(scope="session")
def table() -> Table:
    """Rows kept from former runs; each case replaces its own."""
    return Table()
