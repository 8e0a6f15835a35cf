"""The tasks of Overlap's conformance suite (package overlaptest), for workers in Python: each does what the Go task of its
name does, as far as Python can. Times are in nanoseconds, as Go's durations are."""

import os
import sys
import time

import overlap_worker
from overlap_worker import task

if os.environ.get("OVERLAPTEST_NO_PAGE"):  # as where there is no mmap
    overlap_worker.mmap = None


@task(name="overlaptest/double")
def double(n):
    return 2 * n


@task(name="overlaptest/quote")
def quote(text):
    escapes = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escapes.get(c) or (c if c >= " " else "\\x%02x" % ord(c)) for c in text) + '"'


@task(name="overlaptest/swap")
def swap(pair):
    return {"Left": pair["Right"], "Right": pair["Left"]}


@task(name="overlaptest/nothing")
def nothing(_):
    return None


def wait(duration):
    time.sleep(duration / 1e9)
    return duration


for _name in ("wait", "hold", "wait-at-most-a-second"):
    task(wait, name="overlaptest/" + _name)


def outlast(_):
    while True:  # to be told to stop, and nobody tells
        time.sleep(3600)


for _name in ("outlast-error", "outlast-value"):
    task(outlast, name="overlaptest/" + _name)


class Stopped(Exception):
    pass


@task(name="overlaptest/fail-after")
def fail_after(duration):
    time.sleep(duration / 1e9)
    raise Stopped("was told to stop")


class Seven(Exception):
    def __str__(self):
        return "%d is a seven" % self.args


class Panic(BaseException):
    """As little to be caught by accident as a panic."""


def at_sevens(name, seven):
    """Each seventh call, from 0, does something else than to double."""

    def double_or_not(n):
        if n % 7 == 0:
            seven(n)
        return 2 * n

    task(double_or_not, name="overlaptest/" + name)


def throw(make):
    def thrower(n):
        raise make(n)

    return thrower


def cancelled(_):
    import asyncio  # which takes long, and most workers never need

    return asyncio.CancelledError()


at_sevens("fail", throw(Seven))
at_sevens("panic", throw(lambda n: Panic("%d is a seven" % n)))
at_sevens("goexit", lambda n: sys.exit())  # which ends the thread
at_sevens("own-deadline", throw(TimeoutError))
at_sevens("own-cancel", throw(cancelled))


class Unprintable(Exception):
    def __str__(self):
        return self.no_such_attribute


class Empty(Exception):
    def __str__(self):
        return ""


@task(name="overlaptest/empty-error")
def empty_error(n):
    raise Unprintable() if n % 2 == 0 else Empty()


@task(name="overlaptest/retry-in-an-hour")
def retry_in_an_hour(_):
    e = RuntimeError("try again in an hour")
    e.retry_after = 3600
    raise e


@task(name="overlaptest/retry-twice")
def retry_twice(_):
    raise Stopped("was told to stop")


def only_in_go(_):
    raise NotImplementedError("the suite asks this of Go alone")


for _name in ("fail-as", "fail-broken", "deadline"):
    task(only_in_go, name="overlaptest/" + _name)
