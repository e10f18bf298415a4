"""Where cases run: in this process, on this machine, on a Dask scheduler, in jobs of Slurm.

`places.py` has what a user chooses, `interface.py` what the campaign asks of it, `dask_pool.py` who
runs what on Dask, `worker.py` what runs in a worker.  Only this folder imports distributed.
"""
