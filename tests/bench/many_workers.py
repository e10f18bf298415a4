"""Workers of a simulated cluster: many in one process, a thread each, for cases that sleep.

Arguments: address of the scheduler, how many.  Ends when its standard input does.
"""

import asyncio
import sys

from distributed import Worker


async def main(address: str, count: int) -> None:
    """Start the workers and wait."""
    workers = [Worker(address, nthreads=1, memory_limit=0, dashboard=False) for _ in range(count)]
    for worker in workers:
        await worker
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for worker in workers:
        await worker.close(executor_wait=False)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
