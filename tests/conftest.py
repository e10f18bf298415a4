"""Being here, puts this folder on the path: `made_stores.py` serves unit and browser tests."""
