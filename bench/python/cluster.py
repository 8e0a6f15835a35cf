"""No-op calls by two workers of Dask distributed, or of Celery with redis, on this machine.

usage: python3 cluster.py dask|celery CALLS

Prints one JSON line: seconds (starting the workers not included) and answer, the sum of what the calls returned. It must
be run in a folder of its own, where Celery's workers find this file.
"""

import json
import logging
import os
import socket
import subprocess
import sys
import time

# Celery's results when they are thrown away look for the server, which has been ended by then: so they never are.
kept = []


def increment(n):
    return n + 1


def with_dask(calls):
    from dask.distributed import Client, LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster, Client(cluster) as client:
        client.gather(client.map(increment, range(-100, 0)))  # unmeasured
        start = time.perf_counter()
        answer = sum(client.gather(client.map(increment, range(calls))))
        return time.perf_counter() - start, answer


def celery_app(port):
    from celery import Celery

    url = f"redis://127.0.0.1:{port}/0"
    app = Celery("cluster", broker=url, backend=url)
    app.conf.task_serializer = app.conf.result_serializer = "json"
    app.task(increment, name="increment")
    return app


def wait_for(port):
    """Returns when something listens at the port, or fails after some seconds."""
    for _ in range(200):
        with socket.socket() as it:
            if it.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("redis-server does not listen after 10 s")


def with_celery(calls):
    from celery import group

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], **quiet
    )
    children = [server]
    try:
        wait_for(port)
        children.insert(0, subprocess.Popen([sys.executable, __file__, "worker", str(port)], **quiet))
        app = celery_app(port)
        group(app.signature("increment", (n,)) for n in range(-100, 0)).apply_async().get(timeout=60)  # unmeasured
        start = time.perf_counter()
        results = group(app.signature("increment", (n,)) for n in range(calls)).apply_async()
        kept.append(results)
        answer = sum(results.get(timeout=240))
        seconds = time.perf_counter() - start
    finally:
        for child in children:
            child.terminate()
            child.wait()
    return seconds, answer


def main():
    what = sys.argv[1]
    if what == "worker":
        arguments = ["worker", "--concurrency", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        celery_app(int(sys.argv[2])).worker_main(arguments)
        return
    seconds, answer = {"dask": with_dask, "celery": with_celery}[what](int(sys.argv[2]))
    print(json.dumps({"seconds": seconds, "answer": answer}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
