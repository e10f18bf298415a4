"""The bench of grains in other discrete-element codes: one file a code, `case.py` what is asked.

Each file has `absent()`, a reason or None, and `run(case)`, which gives `Measured`.
"""
