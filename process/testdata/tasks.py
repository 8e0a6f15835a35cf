"""Tasks for the tests of process.Command."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

from overlap_worker import initializer, task

started_with = None


@initializer
def remember(value):
    global started_with
    if value == "fail":
        raise RuntimeError("no licence")
    started_with = value


@task(name="t/initial")
def initial(_):
    return started_with


@task(name="t/inc")
def increment(n):
    return n + 1


@task(name="t/versioned", version="7")
def versioned(n):
    return n


@task(name="t/inc-again")
def increment_again(n):
    return n + 1


@task(name="t/echo")
def echo(value):
    return value


@task(name="t/pid")
def pid(_):
    return os.getpid()


def fault(how):
    if how == "raise":
        raise ValueError("no picture")
    elif how == "raise late":
        print("waiting")
        time.sleep(0.2)
        raise ValueError("no picture")
    elif how.startswith("raise with "):
        e = ValueError("no picture yet")
        e.__dict__.update(eval(how[len("raise with ") :]))
        raise e
    elif how == "exit":
        os._exit(3)
    elif how == "exit 0":
        os._exit(0)
    elif how == "sys.exit":
        sys.exit("enough")
    elif how == "interrupt":
        raise KeyboardInterrupt
    elif how == "signal":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    elif how == "segfault":
        ctypes.string_at(0)
    elif how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
    elif how == "loop":
        while True:
            pass
    elif how == "sleep":
        time.sleep(3600)
    elif how == "print":
        print("hello from the task")
        os.write(1, b"and from its file\n")
        subprocess.run(["echo", "and from its child"])
    elif how == "input":
        return input()
    elif how == "fork":
        if os.fork() == 0:
            return "the child"
        os.wait()
    elif how == "recursion":
        return fault(how)
    elif how == "nan":
        return float("nan")
    elif how == "no json":
        return {1, 2}
    elif how == "close":
        os.closerange(0, 20)
    elif how == "thread":
        threading.Thread(target=lambda: time.sleep(3600)).start()
    return how


task(fault, name="t/fault")
task(lambda how: fault(how), name="t/fault-again")


@task(name="t/starts-child")
def starts_child(_):
    return subprocess.Popen(["sleep", "1000"]).pid


@task(name="t/hold-up")
def hold_up(folder):
    if folder:
        open(os.path.join(folder, "there"), "w").close()
        while not os.path.exists(os.path.join(folder, "go")):
            time.sleep(0.001)
    return 7


@task(name="t/long", idempotent=True)
def long(n):
    return "x" * n


@task(name="t/nap")
def nap(seconds):
    if seconds:
        time.sleep(seconds)
    return seconds


@task(name="t/nap-again")
def nap_again(seconds):
    return nap(seconds)
