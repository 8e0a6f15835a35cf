"""Tasks for the tests of workers that make calls at once: each call waits until 4 are under way."""

import asyncio
import threading

from overlap_worker import serve, task

everybody = threading.Barrier(4)
arrived = 0


@task(name="t/meet")
def meet(n):
    everybody.wait(60)
    if n == 3:
        raise ValueError("no three")
    return n


@task(name="t/meet-async")
async def meet_async(n):
    global arrived
    arrived += 1
    while arrived < 4:
        await asyncio.sleep(0.005)
    if n == 3:
        raise ValueError("no three")
    return n


@task(name="t/alone")
async def alone(n):
    await asyncio.sleep(0)
    return 2 * n


if __name__ == "__main__":
    serve(parallel=4)
