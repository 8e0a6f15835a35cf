"""GET requests of one URL by aiohttp, so many at once, each result stored as a line of JSON.

usage: python3 many.py URL REQUESTS AT_ONCE FILE

Prints one JSON line: seconds (starting Python and importing aiohttp not included) and answer, the number of responses
with status 200.
"""

import asyncio
import hashlib
import json
import sys
import time

import aiohttp


async def fetch_all(url, requests, at_once, out):
    numbers = iter(range(requests))
    succeeded = 0

    async def work(session):
        nonlocal succeeded
        for number in numbers:
            async with session.get(url) as response:
                body = await response.read()
                result = {
                    "index": number,
                    "input": url,
                    "status": response.status,
                    "content_type": response.headers.get("Content-Type", ""),
                    "size": len(body),
                    "sha256": hashlib.sha256(body).hexdigest(),
                }
                out.write(json.dumps(result) + "\n")
                succeeded += response.status == 200

    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(at_once)))
    return succeeded


def main():
    url, requests, at_once, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    start = time.perf_counter()
    with open(path, "w") as out:
        succeeded = asyncio.run(fetch_all(url, requests, at_once, out))
    print(json.dumps({"seconds": time.perf_counter() - start, "answer": succeeded}))


if __name__ == "__main__":
    main()
