"""The example's task: a function that is right for most inputs."""

import ctypes
import os

from overlap_worker import task


@task
def digits(text):
    """How many digits a text has."""
    if text == "exit":
        os._exit(7)
    if text == "crash":
        ctypes.string_at(0)  # reads from address 0
    while text == "loop":
        pass
    if not text:
        raise ValueError("an empty text")
    return sum(c.isdigit() for c in text)
