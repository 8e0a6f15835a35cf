"""What a pool of two worker processes does when something goes wrong in it, by Python's own pools.

usage: python3 failures.py Pool|ProcessPoolExecutor EVENT SECONDS

Makes EVENT happen to one call, the victim, while another call runs and three wait; afterwards submits two more. Prints
one JSON line, see observation.go: how each ended, "succeeded", "hangs" after SECONDS, or the name of its error;
`orphans idle` and `orphans busy` print `ready` instead. Then it waits to be killed.
"""

import concurrent.futures
import ctypes
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time

WORKERS = 2
TEXT = "the original text"


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def segfault():
    ctypes.string_at(0)


def interrupt():
    raise KeyboardInterrupt


def decoding_fails():
    raise ValueError("does not decode")


class NotDecodable:
    def __reduce__(self):
        return decoding_fails, ()


class NotEncodable:
    def __reduce__(self):
        raise ValueError("does not encode")


class NotEncodableError(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class NotDecodableError(Exception):
    def __init__(self, text, code):
        super().__init__(text)


def raise_not_encodable():
    raise NotEncodableError(TEXT)


def raise_not_decodable():
    raise NotDecodableError(TEXT, 1)


def take(value):
    return 0


def nap(seconds):
    time.sleep(seconds)
    return 0


def count_and_fail(path):
    with open(path, "a") as file:
        file.write("x")
    raise ValueError("the initializer fails")


VICTIMS = {
    "kill": (kill,),
    "exit": (os._exit, 7),
    "segfault": (segfault,),
    "leave": (sys.exit, 3),
    "panic": (interrupt,),
    "result encode": (NotEncodable,),
    "error encode": (raise_not_encodable,),
    "error decode": (raise_not_decodable,),
    "result decode": (NotDecodable,),
    "argument encode": (take, NotEncodable()),
    "argument decode": (take, NotDecodable()),
    "initializer": (nap, 0),
}


class Pool:
    """multiprocessing.Pool, as the observation needs it."""

    def __init__(self, **options):
        self.pool = multiprocessing.Pool(WORKERS, **options)

    def submit(self, task, *arguments):
        return self.pool.apply_async(task, arguments)

    def result(self, future, seconds):
        return future.get(seconds)

    def workers(self):
        return [process.pid for process in self.pool._pool if process.is_alive()]


class ProcessPoolExecutor:
    """concurrent.futures.ProcessPoolExecutor, as the observation needs it."""

    def __init__(self, **options):
        self.pool = concurrent.futures.ProcessPoolExecutor(WORKERS, **options)

    def submit(self, task, *arguments):
        return self.pool.submit(task, *arguments)

    def result(self, future, seconds):
        return future.result(seconds)

    def workers(self):
        return list((self.pool._processes or {}).keys())


POOLS = {"Pool": Pool, "ProcessPoolExecutor": ProcessPoolExecutor}


class Refused:
    """A call that the pool did not take."""

    def __init__(self, error):
        self.error = error


def submit(pool, task, *arguments):
    try:
        return pool.submit(task, *arguments)
    except Exception as error:
        return Refused(error)


def ended(pool, future, deadline):
    """How a call has ended by the deadline, and the text of its error."""
    try:
        if isinstance(future, Refused):
            raise future.error
        pool.result(future, max(0.01, deadline - time.monotonic()))
        return "succeeded", ""
    except (multiprocessing.TimeoutError, concurrent.futures.TimeoutError):
        return "hangs", ""
    except BaseException as error:
        return type(error).__name__, str(error)


def observe(pool, event, seconds):
    seen = {"victim": "", "text": "", "others": [], "later": []}
    victim, others = None, []
    if event == "idle":
        others = kill_idle_workers(pool, seconds)
    elif event == "timeout":
        victims = [submit(pool, nap, 60) for _ in range(WORKERS)]
        seen["victim"], seen["text"] = [ended(pool, future, time.monotonic() + 0.5) for future in victims][0]
    else:
        others.append(submit(pool, nap, 0.5))
        victim = submit(pool, *VICTIMS[event])
        others += [submit(pool, nap, 0.05) for _ in range(3)]
    deadline = time.monotonic() + seconds
    if victim is not None:
        seen["victim"], seen["text"] = ended(pool, victim, deadline)
    seen["others"] = [ended(pool, future, deadline)[0] for future in others]
    later = [submit(pool, nap, 0.05) for _ in range(2)]
    deadline = time.monotonic() + seconds
    seen["later"] = [ended(pool, future, deadline)[0] for future in later]
    return seen


def kill_idle_workers(pool, seconds):
    """Kills the oldest and the newest worker in turn, four in all, while none has work to do; a call follows each."""
    ended(pool, submit(pool, nap, 0), time.monotonic() + seconds)
    calls = []
    for turn in range(4):
        alive = pool.workers()
        if not alive:
            break
        os.kill(alive[-(turn % 2)], signal.SIGKILL)
        time.sleep(0.1)
        call = submit(pool, nap, 0)
        calls.append(call)
        if ended(pool, call, time.monotonic() + seconds)[0] != "succeeded":
            break
    return calls


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in POOLS:
        sys.exit(f"usage: python3 failures.py {'|'.join(POOLS)} EVENT SECONDS")
    make, event, seconds = POOLS[sys.argv[1]], sys.argv[2], float(sys.argv[3])
    if event.startswith("orphans"):
        pool = make()
        ended(pool, submit(pool, nap, 0), time.monotonic() + seconds)
        if event == "orphans busy":
            running = [submit(pool, nap, 60) for _ in range(WORKERS)]
            time.sleep(0.2)
        print("ready", flush=True)
        time.sleep(60)
    if event == "initializer":
        with tempfile.NamedTemporaryFile() as count:
            pool = make(initializer=count_and_fail, initargs=(count.name,))
            seen = observe(pool, event, seconds)
            seen["started"] = os.path.getsize(count.name)
    else:
        seen = observe(make(), event, seconds)
    print(json.dumps(seen), flush=True)
    time.sleep(60)  # until it is killed, with its workers: a pool that hangs cannot be closed either


if __name__ == "__main__":
    main()
