"""The worker of cmd/processes whose tasks are in Python: overlap_worker.py, of package process, must be importable."""

from overlap_worker import serve, task


def increment(n):
    return n + 1


task(increment, name="python/increment")
task(increment, name="python/increment-again")  # of which the parent knows that it may be made twice

serve()
