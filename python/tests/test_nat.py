"""A trainer that can call and cannot be called is stopped."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.parse
import uuid
from pathlib import Path

import pytest

import connectome
from conftest import eventually

# In a network of its own, which has nothing but a loopback: whoever connects there is passed on by the relay outside.
TRAINER = """
import fcntl, socket, struct, sys, time, connectome

with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 1))
assert [name for _, name in socket.if_nameindex()] == ["lo"]
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[3])), 5)
    raise SystemExit("the platform is reached without the relay")
except ConnectionRefusedError:
    pass
door = socket.create_server(("127.0.0.1", 0))
with socket.socket(fileno=int(sys.argv[2])) as outside:
    socket.send_fds(outside, [b"."], [door.fileno()])
with connectome.run(sys.argv[1], url=f"http://127.0.0.1:{door.getsockname()[1]}") as run:
    for epoch in range(1, 100000):
        if run.report(epoch, {"trainLoss": 1 / epoch}, wait=20):
            break
        print("epoch", epoch, flush=True)
print("stopped", run.stop.reason, flush=True)
"""


def relay(door, target):
    """Pass on what comes in at a door, as a router with NAT does: connections begin inside only."""

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    while True:
        try:
            inside, _ = door.accept()
            outside = socket.create_connection(target)
        except OSError:
            return
        for pair in ((inside, outside), (outside, inside)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def alone():
    """The command that gives a program a network of its own; none where that is forbidden."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


@pytest.mark.skipif(alone() is None, reason="networks of one's own are forbidden here")
def test_a_trainer_in_a_network_without_a_way_in_is_stopped(platform):
    name = f"nat-{uuid.uuid4().hex[:8]}"
    address = urllib.parse.urlsplit(platform.url)
    mine, its = socket.socketpair()
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(connectome.__file__).parents[1]),
        "CONNECTOME_TOKEN": platform.token,
    }
    trainer = subprocess.Popen(
        [*alone(), sys.executable, "-c", TRAINER, name, str(its.fileno()), str(address.port)],
        env=environment,
        pass_fds=[its.fileno()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    its.close()
    message, descriptors, _, _ = socket.recv_fds(mine, 1, 1)
    assert message, trainer.communicate()[1]
    with socket.socket(fileno=descriptors[0]) as door:
        threading.Thread(target=relay, args=(door, (address.hostname, address.port)), daemon=True).start()
        assert trainer.stdout.readline() == "epoch 1\n"
        platform.post(f"runs/{name}:stop", {"reason": "enough", "mode": "STOP_MODE_END_OF_EPOCH"})
        lines, errors = trainer.communicate()

    assert trainer.returncode == 0, errors
    assert lines.splitlines()[-1].startswith("stopped enough")
    run = eventually(lambda: platform.get(f"runs/{name}"), lambda run: run["state"] == "RUN_STATE_STOPPED")
    assert run["outcome"]["stopCommandId"] == run["stop"]["command"]["commandId"]
