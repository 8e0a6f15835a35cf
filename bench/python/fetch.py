"""100 GET requests of one URL, by one of Python's facilities.

usage: python3 fetch.py FACILITY URL
       python3 fetch.py --has MODULE

Facilities are sequential, threading, ThreadPoolExecutor and asyncio, by the standard library alone, and the same with
", requests" or ", httpx" after them, as most people write it: requests, and httpx where it is asyncio.

Prints one JSON line: facility, seconds (starting Python and importing modules not included) and answer, the number of
responses with status 200. The standard library has no HTTP client for asyncio, so that one speaks HTTP/1.0 over
asyncio's own streams. --has ends with 0 if a module can be imported.
"""

import asyncio
import concurrent.futures
import importlib
import json
import sys
import threading
import time
import urllib.parse
import urllib.request

REQUESTS = 100


def get(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        response.read()
        return response.status


def get_by_requests(url):
    return requests.get(url, timeout=60).status_code


def sequential(url, get=get):
    return [get(url) for _ in range(REQUESTS)]


def thread_per_request(url, get=get):
    statuses = [None] * REQUESTS

    def work(i):
        statuses[i] = get(url)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(REQUESTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def thread_pool_executor(url, get=get):
    with concurrent.futures.ThreadPoolExecutor() as executor:
        return list(executor.map(get, [url] * REQUESTS))


async def get_by_streams(url):
    parts = urllib.parse.urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    writer.write(f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
    await writer.drain()
    response = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(response.split(b" ", 2)[1])


def asyncio_gather(url):
    async def every():
        return await asyncio.gather(*(get_by_streams(url) for _ in range(REQUESTS)))

    return asyncio.run(every())


def asyncio_httpx(url):
    async def every():
        async with httpx.AsyncClient(timeout=60) as client:
            responses = await asyncio.gather(*(client.get(url) for _ in range(REQUESTS)))
        return [response.status_code for response in responses]

    return asyncio.run(every())


def with_requests(facility):
    return lambda url: facility(url, get_by_requests)


FACILITIES = {
    "sequential": sequential,
    "threading": thread_per_request,
    "ThreadPoolExecutor": thread_pool_executor,
    "asyncio": asyncio_gather,
    "sequential, requests": with_requests(sequential),
    "threading, requests": with_requests(thread_per_request),
    "ThreadPoolExecutor, requests": with_requests(thread_pool_executor),
    "asyncio, httpx": asyncio_httpx,
}


def main():
    if sys.argv[1:2] == ["--has"] and len(sys.argv) == 3:
        try:
            importlib.import_module(sys.argv[2])
        except ImportError:
            sys.exit(1)
        return
    if len(sys.argv) != 3 or sys.argv[1] not in FACILITIES:
        sys.exit(f"usage: python3 fetch.py {'|'.join(FACILITIES)} URL")
    _, _, module = sys.argv[1].partition(", ")
    if module:
        globals()[module] = importlib.import_module(module)
    start = time.perf_counter()
    statuses = FACILITIES[sys.argv[1]](sys.argv[2])
    seconds = time.perf_counter() - start
    print(json.dumps({"facility": sys.argv[1], "seconds": seconds, "answer": statuses.count(200)}))


if __name__ == "__main__":
    main()
