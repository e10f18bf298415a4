"""Numba's `njit`, with LLVM told to use the whole vector unit.

On processors with AVX-512 LLVM keeps to half of each register (`prefer-256-bit`), for the sake of
older ones that lower their clock.  A step of a bed at rest runs 1.1 times as fast on
whole ones (docs/grain-speed.md).
What the user sets himself (`NUMBA_CPU_NAME`, `NUMBA_CPU_FEATURES`) stands.
"""

from llvmlite import binding
from numba import config, njit

__all__ = ["njit"]


def _use_whole_registers() -> None:
    """Set Numba's processor features, before its first function makes the code generator."""
    features = binding.get_host_cpu_features()
    if config.CPU_NAME is None and config.CPU_FEATURES is None and features.get("avx512f"):
        config.CPU_FEATURES = features.flatten() + ",-prefer-256-bit"


_use_whole_registers()
