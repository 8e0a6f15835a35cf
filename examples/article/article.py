"""The two jobs of an article on concurrency in Python: one waits, one computes. Overlap compares Python's strategies on them.

    overlap target --latency 160ms &
    yes '"http://127.0.0.1:8080/json"' | head -n 100 > urls.jsonl
    seq 1000 15999 > numbers.jsonl

    overlap compare --worker 'python3 article.py' get --from urls.jsonl
    overlap compare --worker 'python3 article.py' get_async --from urls.jsonl
    overlap compare --worker 'python3 article.py' count_primes --from numbers.jsonl

The same in Go: overlap compare fetch, and overlap compare primes.
"""

import asyncio
import hashlib
import threading
import urllib.parse
import urllib.request

from overlap_worker import serve, task

try:
    import requests
except ImportError:  # then the standard library gets pages
    requests = None

try:
    import httpx
except ImportError:
    httpx = None

_thread = threading.local()


@task(idempotent=True)
def get(url):
    """Get a page: its status, how many bytes it has, and what is in it, in short."""
    if requests:
        if not hasattr(_thread, "session"):  # each thread has connections of its own
            _thread.session = requests.Session()
        answer = _thread.session.get(url, timeout=30)
        return _page(answer.status_code, answer.content)
    with urllib.request.urlopen(url, timeout=30) as answer:
        return _page(answer.status, answer.read())


@task(idempotent=True)
async def get_async(url):
    """The same, for an event loop."""
    if httpx:
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(url)
        return _page(answer.status_code, answer.content)
    return await asyncio.wait_for(_get_by_hand(url), 30)


async def _get_by_hand(url):
    """The standard library has no client for event loops: this gets plain pages of http, no more."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "http":
        raise ValueError("without httpx, only pages of http:// can be got: %s" % url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        writer.write(("GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path, parts.netloc)).encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        return _page(int(head.split(None, 2)[1]), body)
    finally:
        writer.close()


def _page(status, body):
    return {"status": status, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()[:16]}


@task(idempotent=True)
def count_primes(n):
    """How many prime numbers there are up to n: the sieve of Eratosthenes."""
    sieve = bytearray([1]) * (n + 1)
    sieve[:2] = bytes(min(2, n + 1))
    for i in range(2, int(n**0.5) + 1):
        if sieve[i]:
            for multiple in range(i * i, n + 1, i):
                sieve[multiple] = 0
    return sum(sieve)


serve()
