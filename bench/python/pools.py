"""The contests of cmd/processes, by Python's own process pools with two workers.

usage: python3 pools.py CONTEST FACILITY CALLS RUNS

Prints one JSON line: facility, seconds of all RUNS together and answer, the sum of what the calls of the last run
returned. Only `ready` counts making the pool; the others make it, and use it once, before they start the clock.
"""

import concurrent.futures
import json
import multiprocessing
import os
import sys
import tempfile
import time

import primes

WORKERS = 2


def increment(n):
    return n + 1


def size(block):
    return len(block)


def spin(microseconds):
    end = time.perf_counter() + microseconds / 1e6
    while time.perf_counter() < end:
        pass
    return 1


def meet(names):
    """Returns when the other call, in another process, runs as well."""
    mine, other = names
    open(mine, "w").close()
    while not os.path.exists(other):
        time.sleep(0.0002)
    return 1


def meeting(folder):
    a, b = os.path.join(folder, "a"), os.path.join(folder, "b")
    return [(a, b), (b, a)]


# Each contest: the task, its inputs by the number of calls, and what a result counts for in the answer.
CONTESTS = {
    "map": (increment, lambda calls: list(range(calls)), int),
    "stream": (increment, lambda calls: list(range(calls)), int),
    "python-worker": (increment, lambda calls: list(range(calls)), int),
    "submit-one": (increment, lambda calls: list(range(calls)), int),
    "sieves": (primes.primes, lambda calls: list(primes.NUMBERS)[:calls], len),
    "megabyte": (size, lambda calls: [bytes(1 << 20)] * calls, int),
    "spin": (spin, lambda calls: [10] * calls, int),
    "ready": (meet, None, int),
}

POOLS = {
    "Pool": lambda: multiprocessing.Pool(WORKERS),
    "ProcessPoolExecutor": lambda: concurrent.futures.ProcessPoolExecutor(WORKERS),
}


def submit_all(pool, task, inputs):
    futures = [pool.submit(task, value) for value in inputs]
    return [future.result() for future in futures]


WAYS = {
    "Pool.map": lambda pool, task, inputs: pool.map(task, inputs),
    "Pool.map chunksize=1": lambda pool, task, inputs: pool.map(task, inputs, chunksize=1),
    "Pool.starmap": lambda pool, task, inputs: pool.starmap(task, [(value,) for value in inputs]),
    "Pool.imap_unordered": lambda pool, task, inputs: list(pool.imap_unordered(task, inputs)),
    "Pool.imap_unordered chunksize=1000": lambda pool, task, inputs: list(
        pool.imap_unordered(task, inputs, chunksize=1000)
    ),
    "Pool.apply": lambda pool, task, inputs: [pool.apply(task, (value,)) for value in inputs],
    "ProcessPoolExecutor.map": lambda pool, task, inputs: list(pool.map(task, inputs)),
    "ProcessPoolExecutor.submit": submit_all,
    "ProcessPoolExecutor.submit().result()": lambda pool, task, inputs: [
        pool.submit(task, value).result() for value in inputs
    ],
}


def main():
    usage = f"usage: python3 pools.py {'|'.join(CONTESTS)} FACILITY CALLS RUNS; facilities: {', '.join(WAYS)}"
    if len(sys.argv) != 5 or sys.argv[1] not in CONTESTS or sys.argv[2] not in WAYS:
        sys.exit(usage)
    contest, facility, calls, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    task, make_inputs, counts = CONTESTS[contest]
    way = WAYS[facility]
    with tempfile.TemporaryDirectory() as folder:
        inputs = make_inputs(calls) if make_inputs else meeting(folder)
        seconds, results = measure(facility, way, task, inputs, runs, contest != "ready")
    print(json.dumps({"facility": facility, "seconds": seconds, "answer": sum(map(counts, results))}))


def measure(facility, way, task, inputs, runs, warm):
    start = time.perf_counter()
    with POOLS[facility.split(".")[0]]() as pool:
        if warm:
            way(pool, task, inputs[:100])
            start = time.perf_counter()
        for _ in range(runs):
            results = way(pool, task, inputs)
        return time.perf_counter() - start, results


if __name__ == "__main__":
    main()
