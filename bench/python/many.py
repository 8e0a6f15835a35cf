"""GET requests of one URL by aiohttp or httpx, so many at once, each result stored as a line of JSON.

usage: python3 many.py aiohttp|httpx URL REQUESTS AT_ONCE FILE

Prints one JSON line: seconds (starting Python and importing the client not included) and answer, the number of responses
with status 200.
"""

import asyncio
import contextlib
import hashlib
import importlib
import json
import sys
import time


@contextlib.asynccontextmanager
async def by_aiohttp(aiohttp, at_once):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:

        async def get(url):
            async with session.get(url) as response:
                return response.status, response.headers, await response.read()

        yield get


@contextlib.asynccontextmanager
async def by_httpx(httpx, at_once):
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def get(url):
            response = await client.get(url)
            return response.status_code, response.headers, response.content

        yield get


async def fetch_all(client, url, requests, at_once, out):
    numbers = iter(range(requests))
    succeeded = 0

    async def work(get):
        nonlocal succeeded
        for number in numbers:
            status, headers, body = await get(url)
            result = {
                "index": number,
                "input": url,
                "status": status,
                "content_type": headers.get("Content-Type", ""),
                "size": len(body),
                "sha256": hashlib.sha256(body).hexdigest(),
            }
            out.write(json.dumps(result) + "\n")
            succeeded += status == 200

    async with client as get:
        await asyncio.gather(*(work(get) for _ in range(at_once)))
    return succeeded


def main():
    name, url, requests, at_once, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    module = importlib.import_module(name)
    client = {"aiohttp": by_aiohttp, "httpx": by_httpx}[name](module, at_once)
    start = time.perf_counter()
    with open(path, "w") as out:
        succeeded = asyncio.run(fetch_all(client, url, requests, at_once, out))
    print(json.dumps({"seconds": time.perf_counter() - start, "answer": succeeded}))


if __name__ == "__main__":
    main()
