"""Runs a task under Python's own strategies, for overlap compare --worker: overlap_worker.serve calls it when it is asked to.

The clock runs around the calls of the whole job and nothing else, as Overlap's own does: pools have started, garbage is
collected. Each call notes when and where it ran.
"""

import asyncio
import gc
import inspect
import json
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

try:
    import resource
except ImportError:  # Windows
    resource = None

_READY_WITHIN = 30  # seconds, for the processes of a pool


def _worker():
    return sys.modules["overlap_worker"]


# One call. What comes back says when it ran, whether it succeeded, what it gave, and where it ran.


def _timed(name, value):
    start = time.monotonic()
    try:
        out = _worker()._tasks[name](value)
        ok, out = True, asyncio.run(out) if inspect.iscoroutine(out) else out
    except BaseException as e:
        ok, out = False, _text(e)
    return start, time.monotonic(), ok, out, os.getpid(), threading.get_native_id()


async def _timed_async(name, value):
    start = time.monotonic()
    try:
        ok, out = True, await _worker()._tasks[name](value)
    except BaseException as e:
        ok, out = False, _text(e)
    return start, time.monotonic(), ok, out, os.getpid(), threading.get_native_id()


def _text(e):
    return "%s: %s" % (type(e).__name__, e)


# The strategies. Each is prepared, and gives the function that makes all calls; the clock runs around that.


class _Strategies:
    def __init__(self, name, values, workers):
        self.name, self.values, self.workers = name, values, workers
        self.is_async = inspect.iscoroutinefunction(_worker()._tasks[name])
        self.end = lambda: None
        self.pids = []

    def sync(self):
        async def one_by_one():
            return [await _timed_async(self.name, v) for v in self.values]

        if self.is_async:
            return lambda: asyncio.run(one_by_one())
        return lambda: [_timed(self.name, v) for v in self.values]

    def threads(self):
        room = threading.Semaphore(self.workers) if self.workers else None

        def all_calls():
            made = [None] * len(self.values)

            def one(i, value):
                made[i] = _timed(self.name, value)
                if room:
                    room.release()

            threads = []
            for i, value in enumerate(self.values):
                if room:
                    room.acquire()
                threads.append(threading.Thread(target=one, args=(i, value)))
                threads[-1].start()
            for thread in threads:
                thread.join()
            return made

        return all_calls

    def pool(self):
        executor = ThreadPoolExecutor(self.workers or None)
        self.end = executor.shutdown
        return lambda: list(executor.map(_timed, [self.name] * len(self.values), self.values))

    def async_(self):
        async def gather():
            loop = asyncio.get_running_loop()
            if self.workers:
                loop.set_default_executor(ThreadPoolExecutor(self.workers))
            room = asyncio.Semaphore(self.workers) if self.workers else None

            async def one(value):
                if not self.is_async:
                    return await loop.run_in_executor(None, _timed, self.name, value)  # as asyncio.to_thread does
                if not room:
                    return await _timed_async(self.name, value)
                async with room:
                    return await _timed_async(self.name, value)

            return await asyncio.gather(*map(one, self.values))

        return lambda: asyncio.run(gather())

    def multiprocessing_pool(self):
        arrived = _Arrivals(self.workers)
        pool = multiprocessing.Pool(arrived.wanted, _arrive, arrived.arguments())
        self.end = lambda: (pool.close(), pool.join())
        arrived.wait()
        self.pids = _children()
        return lambda: pool.starmap(_timed, [(self.name, v) for v in self.values])

    def process_pool_executor(self):
        arrived = _Arrivals(self.workers)
        executor = ProcessPoolExecutor(arrived.wanted, initializer=_arrive, initargs=arrived.arguments())
        self.end = executor.shutdown
        for _ in range(arrived.wanted):  # it starts a process for each call while none is idle
            executor.submit(time.sleep, 0.01)
        arrived.wait()
        self.pids = _children()

        def all_calls():
            futures = [executor.submit(_timed, self.name, v) for v in self.values]
            return [f.result() for f in futures]

        return all_calls

    def prepare(self, strategy):
        return {
            "sync": self.sync,
            "threads": self.threads,
            "pool": self.pool,
            "async": self.async_,
            "multiprocessing.Pool": self.multiprocessing_pool,
            "ProcessPoolExecutor": self.process_pool_executor,
        }[strategy]()


# Processes of pools


class _Arrivals:
    """Counts the processes of a pool that have started."""

    def __init__(self, wanted):
        self.wanted = wanted or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
        self.count = multiprocessing.Value("i", 0)

    def arguments(self):
        return self.count, _worker()._module

    def wait(self):
        deadline = time.monotonic() + _READY_WITHIN
        while self.count.value < self.wanted:
            if time.monotonic() > deadline:
                text = "%d of %d processes of the pool were ready after %d s"
                raise TimeoutError(text % (self.count.value, self.wanted, _READY_WITHIN))
            time.sleep(0.005)


def _arrive(count, module):
    if module:  # whose functions are the tasks, see overlap_worker._main
        __import__(module)
    with count.get_lock():
        count.value += 1


def _children():
    return [child.pid for child in multiprocessing.active_children()]


# What the system tells of processes: None where it does not


def _cpu(pids):
    if resource is None:
        return None
    used = 0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    of_pids = _cpu_of(pids)
    return None if of_pids is None else used + of_pids


def _cpu_of(pids):
    try:
        used = 0
        for pid in pids:
            with open("/proc/%d/stat" % pid) as f:
                fields = f.read().rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return used
    except (OSError, ValueError):
        return None


def _core_wait(pids):
    waited = 0
    try:
        for pid in [os.getpid()] + pids:
            for thread in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as f:
                    waited += int(f.read().split()[1]) / 1e9
        return waited
    except (OSError, ValueError, IndexError):
        return None


def _forget_peak():
    try:
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
    except OSError:
        pass


def _peak(pids):
    try:
        size = 0
        for pid in [os.getpid()] + pids:
            with open("/proc/%d/status" % pid) as f:
                size += int(next(line for line in f if line.startswith("VmHWM:")).split()[1]) * 1024
        return size
    except (OSError, ValueError, StopIteration):
        return None


def _difference(later, earlier):
    return None if later is None or earlier is None else max(0, later - earlier)


class _Probe:
    """Finds out how long a thread waits for the GIL that wants it, beside what the other threads do."""

    _EVERY = 0.002  # seconds: often enough for short jobs, and too seldom to slow the calls down

    def __init__(self):
        self.over = threading.Event()
        self.late, self.looks = 0.0, 0
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        time.sleep(0.1)  # nothing else runs: what it is late by now is not for want of the GIL
        self.usual = self.late / max(1, self.looks)
        self.late, self.looks = 0.0, 0

    def _look(self):
        while not self.over.is_set():
            before = time.monotonic()
            time.sleep(self._EVERY)  # leaves the GIL, and takes it again
            self.late += time.monotonic() - before - self._EVERY
            self.looks += 1

    def end(self):
        late, looks = self.late, self.looks
        self.over.set()
        return max(0.0, late / looks - self.usual) if looks else None


# The measurement


def _measure(order):
    strategies = _Strategies(order["task"], order["inputs"], order.get("workers", 0))
    calls = strategies.prepare(order["strategy"])
    try:
        for _ in range(order.get("warmup", 0)):
            calls()
        pids = strategies.pids
        gc.collect()
        _forget_peak()
        probe = _Probe() if order.get("probe_gil") else None
        waited, used = _core_wait(pids), _cpu(pids)
        start = time.monotonic()
        made = calls()
        wall = time.monotonic() - start
        gil_wait = probe.end() if probe else None
        said = {
            "wall": wall,
            "cpu": _difference(_cpu(pids), used),
            "core_wait": _difference(_core_wait(pids), waited),
            "peak": _peak(pids),
            "gil_wait": gil_wait,
            # Those of a fork server are not ours to wait for, so nobody else counts what they use.
            "unseen_cpu": _cpu_of(pids) if multiprocessing.get_start_method() == "forkserver" else 0,
        }
    finally:
        strategies.end()
    said["starts"] = [m[0] - start for m in made]
    said["ends"] = [m[1] - start for m in made]
    said["processes"] = len({m[4] for m in made})
    said["threads"] = len({m[4:6] for m in made})
    said["outs"], said["errors"] = [], {}
    for i, (_, _, ok, out, _, _) in enumerate(made):
        if ok:
            try:
                said["outs"].append(_worker()._encode(out))
                continue
            except (TypeError, ValueError) as e:
                out = _text(e)
        said["outs"].append("")
        said["errors"][i] = out
    return said


def _about(order):
    lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    return {
        "version": sys.version.split()[0],
        "method": multiprocessing.get_start_method(),
        "async": inspect.iscoroutinefunction(_worker()._tasks[order["task"]]),
        "gil": lock and sys.implementation.name in ("cpython", "pypy"),
    }


def _read_order(fd):
    """The line of the order. This process ends when the parent does."""
    parts = []
    while not parts or b"\n" not in parts[-1]:
        part = os.read(fd, 1 << 20)
        if not part:
            os._exit(1)
        parts.append(part)

    def wait_for_the_end():
        while os.read(fd, 1):
            pass
        if hasattr(os, "killpg"):
            os.killpg(0, 9)  # with the processes of pools
        os._exit(1)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return json.loads(b"".join(parts))


def measure(input, output):
    """Read an order, carry it out, and say what came of it."""
    order = _read_order(input)
    try:
        said = _about(order) if order["strategy"] == "about" else _measure(order)
    except BaseException as e:
        said = {"error": _text(e)}
    line = json.dumps(said).encode() + b"\n"
    while line:
        line = line[os.write(output, line) :]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
