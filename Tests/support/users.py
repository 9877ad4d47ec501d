"""Doing something as another user, in a child of its own."""

from __future__ import annotations

import os
import pickle
import signal
from typing import Any, Callable


def as_user(uid: int, function: Callable[[], Any], timeout: int = 20) -> Any:
    """What ``function`` returns or raises when a forked child with only this uid calls it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(timeout)
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            result = (True, function())
        except BaseException as error:
            result = (False, error)
        os.write(write, pickle.dumps(result))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    is_value, result = pickle.loads(data)
    if is_value:
        return result
    raise result
