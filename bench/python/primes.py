"""The lists of primes up to n, for n = 1000..15999, by one of Python's own facilities.

usage: python3 primes.py sequential|Pool|ProcessPoolExecutor

Prints one JSON line: facility, seconds (making the pool included, starting Python not) and answer, the number of
primes in all lists together.
"""

import concurrent.futures
import json
import math
import multiprocessing
import sys
import time

NUMBERS = range(1000, 16000)


def primes(n):
    """The sieve of Eratosthenes as it is usually written first."""
    is_prime = [True] * (n + 1)
    for i in range(2, math.isqrt(n) + 1):
        if is_prime[i]:
            for multiple in range(i * i, n + 1, i):
                is_prime[multiple] = False
    return [i for i in range(2, n + 1) if is_prime[i]]


def sequential():
    return [primes(n) for n in NUMBERS]


def pool():
    with multiprocessing.Pool() as workers:
        return workers.starmap(primes, [(n,) for n in NUMBERS])


def process_pool_executor():
    with concurrent.futures.ProcessPoolExecutor() as executor:
        futures = [executor.submit(primes, n) for n in NUMBERS]
        return [future.result() for future in futures]


FACILITIES = {"sequential": sequential, "Pool": pool, "ProcessPoolExecutor": process_pool_executor}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in FACILITIES:
        sys.exit(f"usage: python3 primes.py {'|'.join(FACILITIES)}")
    start = time.perf_counter()
    lists = FACILITIES[sys.argv[1]]()
    seconds = time.perf_counter() - start
    print(json.dumps({"facility": sys.argv[1], "seconds": seconds, "answer": sum(map(len, lists))}))


if __name__ == "__main__":
    main()
