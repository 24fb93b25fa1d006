"""What observing costs a PyTorch training: time on its thread, and bytes on the wire.

    python benchmarks/cost.py [--samples 1000] [--neurons 192,2048] [--epochs 21]

A network with one hidden layer of P neurons is probed on N inputs at the end of each epoch and reported to a platform
that takes everything at once, in another process, which counts all bytes of its requests. Times are processor time of
the training's thread, PyTorch with one thread, so that other work on the machine changes them little.
"""

import argparse
import json
import multiprocessing
import socketserver
import statistics
import time

import torch
from torch import nn

import connectome

JOINED = {"runUid": "0b5c0d2e-0000-4000-8000-000000000000", "runId": "cost", "attempt": 1, "heartbeatInterval": "60s"}


class Requests(socketserver.StreamRequestHandler):
    """Answers one request and counts its bytes, those of reports on their own."""

    def handle(self):
        line = self.rfile.readline()
        head = [line]
        while head[-1] not in (b"\r\n", b""):
            head.append(self.rfile.readline())
        fields = dict(one.lower().split(b": ") for one in head[1:-1])
        length = int(fields[b"content-length"])
        left = length
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        if b":report" in line:
            with self.server.bytes.get_lock():
                self.server.bytes.value += sum(map(len, head)) + length
        body = json.dumps(JOINED if b":join" in line else {}).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body))


def take_everything(port, count):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Requests) as server:
        server.bytes = count
        port.send(server.server_address[1])
        server.serve_forever()


class To(nn.Module):
    """The values in another precision."""

    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def forward(self, values):
        return values.to(self.dtype)


def measure(url, count, samples, neurons, dtype, epochs):
    """Return the median milliseconds of a forward pass, of a probe, and of both it and its report, and their bytes."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(64, neurons), nn.ReLU(), To(dtype), To(torch.float32), nn.Linear(neurons, 10))
    inputs = torch.randn(samples, 64)
    probe = connectome.Probe(model, inputs, layers="2")
    before = count.value
    passes, probes, reports = [], [], []
    with connectome.run("cost", url=url) as run:
        for epoch in range(1, epochs + 1):
            began = time.thread_time()
            with torch.no_grad():
                model(inputs)
            passed = time.thread_time()
            snapshot = probe()
            probed = time.thread_time()
            run.report(epoch, {"trainLoss": 1.0 / epoch}, snapshot)
            passes.append(passed - began)
            probes.append(probed - passed)
            reports.append(time.thread_time() - passed)
            time.sleep(0.2)  # The rest of an epoch, in which the report is sent.
    return *(1000 * statistics.median(times[1:]) for times in (passes, probes, reports)), (
        count.value - before
    ) / epochs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--neurons", default="192,2048")
    parser.add_argument("--epochs", type=int, default=21)
    arguments = parser.parse_args()
    count = multiprocessing.Value("q", 0)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=take_everything, args=(there, count), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    print("| N | P | values | forward pass alone | probe | probe and report | on the wire |")
    print("|---|---|---|---|---|---|---|")
    for neurons in map(int, arguments.neurons.split(",")):
        for dtype in (torch.float32, torch.float16):
            *times, size = measure(url, count, arguments.samples, neurons, dtype, arguments.epochs)
            columns = " | ".join(f"{one:.1f} ms" for one in times)
            name = str(dtype).split(".")[1]
            print(f"| {arguments.samples:,} | {neurons:,} | {name} | {columns} | {size / 1000:,.0f} kB |", flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
