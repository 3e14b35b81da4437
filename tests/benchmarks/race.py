"""A race: each side in a process of its own, taking turns, so that other work on the machine slows all alike.

Two frameworks in one process would fight over threads.
"""

import os
import subprocess
import sys
import time

WARM_UP = 2  # the first turns compile


def timed(function):
    """Seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def serve(turn):
    """One side: for every line on standard input, call `turn` and print the number it returns."""
    for _ in range(WARM_UP):
        turn()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(turn(), flush=True)


def race(commands, rounds=5, seconds=0, backend=None):
    """Let the sides take turns.

    Args:
        commands: {name: command} of programs that call `serve`.
        rounds, seconds: the least of both that the race lasts.
        backend: Keras' backend of the sides; by default that of the environment.

    Returns:
        {name: list of numbers}; a side that cannot start is left out, and its command is printed.
    """
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    environment |= {"KERAS_BACKEND": backend} if backend else {}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    started = {name: subprocess.Popen(command, env=environment, **pipes) for name, command in commands.items()}
    try:
        sides = {name: side for name, side in started.items() if _is_ready(side)}
        for name in commands.keys() - sides.keys():
            print(f"{name} did not start; try {' '.join(commands[name])}")
        return _take_turns(sides, rounds, seconds)
    finally:
        for side in started.values():
            side.kill()
            side.communicate()


def _is_ready(side):
    return any(line.strip() == "ready" for line in iter(side.stdout.readline, ""))


def _take_turns(sides, rounds, seconds):
    numbers, end = {name: [] for name in sides}, time.monotonic() + seconds
    while sides and (time.monotonic() < end or len(next(iter(numbers.values()))) < rounds):
        for name, side in sides.items():
            side.stdin.write("\n")
            side.stdin.flush()
            numbers[name].append(float(side.stdout.readline()))
    return numbers
