"""The worker's side of Overlap's line protocol (process/PROTOCOL.md), for Python 3.8 and later. One file, nothing else needed.

    from overlap_worker import serve, task

    @task
    def resize(image):
        ...

    serve()

Start it from Go with process.Command([]string{"python3", "my_tasks.py"}, 4). A module of tasks without the call of serve
is started by: python3 overlap_worker.py my_tasks

An exception may say when to try again: by an attribute retry_after, in seconds, or retry = False if that is of no use.

Import this module first: it moves standard output, which is the protocol, out of the way of everything that prints.
"""

import faulthandler
import json
import os
import re
import signal
import sys
import time
import traceback

try:
    import mmap
except ImportError:  # some small builds; then there is no page
    mmap = None

_tasks = {}
_idempotent = set()
_versions = {}
_initializer = None
_input = _output = None  # the protocol's files
_module = None  # of tasks, where this file has been started with one


def task(function=None, *, name=None, idempotent=False, version=None):
    """Make a function of one argument a task, under its own name or the given one.

    idempotent=True says that a call may be made twice without harm: then it is made again when its worker died, where
    retries are asked for. version says which one of the task this is, as any text that is not empty: the calls of a
    cluster's job are made by workers of the same version only."""
    if function is None:
        return lambda f: task(f, name=name, idempotent=idempotent, version=version)
    name = name or function.__name__
    if name in _tasks:
        raise ValueError("there is a task named %r already" % name)
    if version is not None:
        if not isinstance(version, str) or not version:
            raise ValueError("the version of %r must be a text that is not empty, not %r" % (name, version))
        _versions[name] = version
    _tasks[name] = function
    if idempotent:
        _idempotent.add(name)
    return function


def initializer(function):
    """Have a function called with the parent's process.InitValue (None without) before the first call."""
    global _initializer
    _initializer = function
    return function


def _take_files():
    """Keep the protocol's files; what is printed goes to standard error, and input() finds nothing."""
    global _input, _output
    if _output is not None:
        return
    _input, _output = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)


def _in_pool():
    """Whether this is a process of multiprocessing's, which imports the file of tasks again."""
    process = sys.modules.get("multiprocessing.process")
    if process is None:
        return False
    # It has a parent only when the file has been imported; while it is, it inherits.
    return process.parent_process() is not None or getattr(process.current_process(), "_inheriting", False)


if os.environ.get("OVERLAP_LINE") and not _in_pool():
    _take_files()
    try:
        os.set_inheritable(3, False)
    except OSError:
        pass


class _Nowhere:
    """Stands for the page where there is none."""

    def __setitem__(self, at, value):
        pass

    def __getitem__(self, at):
        return 0


# Places on the page, in units of 8 bytes, and its room for answers, in bytes.
_STARTED, _FINISHED, _REVOKED, _MEMORY, _KEPT = 0, 8, 16, 17, 25
_ROOM_FROM, _ROOM_TO = 4096, 4096 + (64 << 10)

_FLUSH_AFTER = 200e-6  # seconds
_MEASURE_AFTER = 0.1

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_clock = time.monotonic


class _Server:
    window = 512
    tell_after = 1e-3  # seconds that a call takes; those of a brief one are not worth their line

    @property
    def caps(self):
        return ["batch", "start", "took"] + (["page"] if mmap else [])

    def __init__(self):
        self.page = _Nowhere()
        self.room = None
        self.kept = 0  # bytes of answers in the room
        self.pending = []  # answers, where there is no room
        self.says_start = False
        self.forked = False
        self.loop = None  # of async tasks
        self.longest = 1 << 24  # bytes of a line
        self.flushed = self.measured = 0.0
        self.at = 0.0  # when the last call ended, or the worker was done with what came after it

    # Writing

    def write(self, data):
        while data:
            try:
                n = os.write(_output, data)
            except BrokenPipeError:
                os._exit(0)  # the parent is gone
            data = data[n:]

    def flush(self):
        """Write the answers once, whatever they are. They are kept until that is done, so that they outlive this process."""
        if self.kept:
            self.write(self.room[: self.kept])
            self.page[_KEPT] = self.kept = 0
        elif self.pending:
            self.write(b"".join(self.pending))
            self.pending.clear()
        self.at = self.flushed = _clock()
        if self.flushed - self.measured > _MEASURE_AFTER:
            self.measured = self.flushed
            self.page[_MEMORY] = _memory()

    def answer(self, line, last):
        """Keep an answer to be written; last is the number of the last call that it answers."""
        if self.room is None:
            self.pending.append(line)
        else:
            end = self.kept + len(line)
            if end > len(self.room):
                self.flush()
                end = len(line)
            if end > len(self.room):
                self.write(line)
            else:
                self.room[self.kept : end] = line
                self.page[_KEPT] = self.kept = end
        self.page[_FINISHED] = last
        if self.at - self.flushed > _FLUSH_AFTER:
            self.flush()

    # Calls

    def start(self, number, item=None):
        """Say that a call starts, unless it has been revoked."""
        page = self.page
        at = number + (item or 0)
        page[_STARTED] = at
        revoked = page[_REVOKED]
        if revoked and at > revoked:
            return False
        if self.says_start:
            said = {"start": number}
            if item:
                said["item"] = item
            self.pending.append(_encode(said).encode() + b"\n")
            self.flush()
        return True

    def make(self, name, value):
        """Make a call; the result is what goes into an answer."""
        try:
            function = _tasks.get(name)
            if function is None:
                raise LookupError("there is no task %r here" % name)
            out = function(value)
            if hasattr(out, "__await__"):
                out = self.finish(out)
            made = _success(out)
        except BaseException as e:  # sys.exit and KeyboardInterrupt too: they end the call, not the worker
            made = '"err":' + _failure(e)
        if self.forked:  # a child of the task that came back here: not ours to answer
            os._exit(1)
        return made

    def finish(self, coroutine):
        """What the coroutine of an async task gives."""
        if self.loop is None:
            import asyncio

            self.loop = asyncio.new_event_loop()
        return self.loop.run_until_complete(coroutine)

    def short(self, made, most):
        """What was made, or an error if it is longer than that."""
        if len(made) <= most and (made.isascii() or len(made.encode()) <= most):
            return made
        text = "the result takes a line of %d bytes, more than the limit of %d: see process.LongestLine"
        return '"err":' + _encode({"kind": "ValueError", "msg": text % (len(made.encode()), self.longest), "trace": "", "retry": False})

    def call(self, message):
        number = message["id"]
        if "ins" not in message:
            made = self.make(message["task"], message["in"]) if self.start(number) else '"skipped":true'
            if len(made) > self.longest // 8:  # no shorter one is too long, whatever its characters
                made = self.short(made, self.longest - 100)
            began = self.at
            self.at = now = _clock()
            if now - began > self.tell_after:
                self.answer(b'{"took_ms":%.3f,"id":%d,%b}\n' % ((now - began) * 1000, number, made.encode()), number)
            else:
                self.answer(b'{"id":%d,%b}\n' % (number, made.encode()), number)
            return
        outs, most, tell_after = [], self.longest // len(message["ins"]) - 100, self.tell_after
        first = began = self.at
        for item, value in enumerate(message["ins"]):
            made = self.make(message["task"], value) if self.start(number, item) else '"skipped":true'
            now = _clock()
            head = '{"took_ms":%.3f,' % ((now - began) * 1000) if now - began > tell_after else "{"
            began = now
            if len(made) > most // 4:  # a character takes up to four bytes
                made = self.short(made, most)
            outs.append(head + made + "}")
        self.at = began
        took = b'"took_ms":%.3f,' % ((began - first) * 1000) if began - first > tell_after else b""
        self.answer(b'{%b"id":%d,"outs":[%b]}\n' % (took, number, ",".join(outs).encode()), number + len(outs) - 1)

    # Reading

    def chunks(self):
        """Whole lines, as many as there are."""
        rest = []
        while True:
            chunk = os.read(_input, 1 << 16)
            if not chunk:
                return
            end = chunk.rfind(b"\n")
            if end < 0:
                rest.append(chunk)
                continue
            rest.append(chunk[:end])
            yield b"".join(rest)
            rest = [chunk[end + 1 :]] if end + 1 < len(chunk) else []

    def messages(self, lines):
        try:  # all at once, which is several times faster
            return _decode("[" + lines.decode().replace("\n", ",") + "]")
        except (ValueError, RecursionError):
            return [m for m in map(self.message, lines.split(b"\n")) if m]

    def message(self, line):
        """A line by itself. One that Python cannot read fails its own call."""
        try:
            return _decode(line.decode())
        except (ValueError, RecursionError) as e:
            number = re.match(rb'\{"id":(\d+),', line)
            if not number:
                raise
            self.start(int(number[1]))
            self.at = _clock()
            self.answer(b'{"id":%d,"err":%b}\n' % (int(number[1]), _failure(e).encode()), int(number[1]))

    def serve(self):
        hello = {"overlap": 1, "name": "python " + sys.version.split()[0], "tasks": sorted(_tasks)}
        hello.update(pid=os.getpid(), window=self.window, caps=self.caps)
        if _idempotent:
            hello["idempotent"] = sorted(_idempotent)
        if _versions:
            hello["versions"] = _versions
        self.write(_encode(hello).encode() + b"\n")
        chunks = self.chunks()
        lines = next(chunks, None)
        if lines is None:
            return
        self.welcome(_decode(lines.decode()))
        for lines in chunks:
            messages = self.messages(lines)
            self.at = _clock()
            for message in messages:
                if "task" in message:
                    self.call(message)
            self.flush()

    def welcome(self, said):
        self.says_start = bool(said.get("start"))
        self.longest = said.get("longest", self.longest)
        if said.get("page"):
            shared = memoryview(mmap.mmap(said["page"], 0))
            os.close(said["page"])
            self.page, self.room = shared.cast("Q"), shared[_ROOM_FROM:_ROOM_TO]
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.leave)
        if _initializer is not None:
            try:
                _initializer(said.get("init"))
            except BaseException as e:
                self.write(b'{"ready":false,"err":%b}\n' % _failure(e).encode())
                os._exit(1)
        self.write(b'{"ready":true}\n')

    def leave(self):
        """In a child that a task has forked: keep off the parent's files and page."""
        self.forked, self.page, self.room, self.kept, self.says_start = True, _Nowhere(), None, 0, False
        for fd in (_input, _output):
            os.close(fd)


class _ParallelServer(_Server):
    """Makes calls at once: those of an async def in one event loop, others on threads."""

    caps = ["start", "parallel"]
    tell_after = float("inf")  # answers are written at once

    def __init__(self, most):
        super().__init__()
        from concurrent.futures import ThreadPoolExecutor
        import threading

        self.window = most
        self.writing = threading.Lock()
        self.threads = ThreadPoolExecutor(most)

    def start(self, number, item=None):
        if self.says_start:
            self.say(b'{"start":%d}\n' % number)
        return True

    def answer(self, line, last):
        self.say(line)

    def say(self, line):
        with self.writing:
            self.write(line)

    def finish(self, coroutine):
        import asyncio

        return asyncio.run(coroutine)

    def call(self, message):
        import asyncio
        import inspect
        import threading

        function = _tasks.get(message["task"])
        if not inspect.iscoroutinefunction(function):
            self.threads.submit(super().call, message)
            return
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            threading.Thread(target=self.loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self.call_async(function, message), self.loop)

    async def call_async(self, function, message):
        number = message["id"]
        self.start(number)
        try:
            made = _success(await function(message["in"]))
        except BaseException as e:
            made = '"err":' + _failure(e)
        if self.forked:
            os._exit(1)
        made = self.short(made, self.longest - 100)
        self.answer(b'{"id":%d,%b}\n' % (number, made.encode()), number)


def _memory():
    """The bytes that this process uses; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def _success(out):
    return '"out":%d' % out if type(out) is int else '"out":' + _encode(out)


def _failure(e):
    kind = type(e)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
    try:
        text = str(e)
    except Exception as unprintable:
        text = "(its text cannot be printed: %r)" % type(unprintable)
    try:
        trace = "".join(traceback.format_exception(kind, e, e.__traceback__ and e.__traceback__.tb_next))
    except Exception:
        trace = ""
    said = {"kind": name, "msg": text, "trace": trace}
    if kind in (SystemExit, KeyboardInterrupt):
        said["retry"] = False
    try:
        if getattr(e, "retry", None) is False:
            said["retry"] = False
        after = getattr(e, "retry_after", None)
        if isinstance(after, (int, float)) and 0 <= after < 1e12:
            said["retry_after_ms"] = round(after * 1000)
    except Exception:  # of a property
        pass
    return _encode(said)


def serve(parallel=1):
    """Serve calls until the parent closes standard input. It does not return, but in a process of multiprocessing's, which
    imports the file of tasks again to call its functions.

    With parallel, a worker makes up to so many calls at once, at most 512: those of an async def in one event loop, others
    on threads. When it dies or is killed, all that it was making fail, or are made again if their task is idempotent."""
    if not 1 <= parallel <= 512:
        raise ValueError("parallel must be 1 to 512, not %r" % parallel)
    if _in_pool():
        return
    _take_files()
    if os.environ.get("OVERLAP_LINE") == "measure":  # for overlap compare --worker
        import overlap_measure

        overlap_measure.measure(_input, _output)
    try:
        faulthandler.enable(file=2)  # what crashes says where
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGQUIT, file=2, all_threads=True)  # the parent asks before it kills
        server = _Server() if parallel == 1 else _ParallelServer(parallel)
        server.serve()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that tasks have left do not keep it


def _main():
    global _module
    if len(sys.argv) != 2:
        sys.exit("usage: python3 overlap_worker.py MODULE, whose functions are made tasks with overlap_worker.task")
    _take_files()
    sys.modules["overlap_worker"] = sys.modules["__main__"]  # what the module imports
    sys.path.insert(0, os.getcwd())
    _module = sys.argv[1]
    __import__(_module)
    serve()


if __name__ == "__main__":
    _main()
