"""A wire that loses and delays, for kernels without netem.

    wire.py HOSTS DELAY_MS LOSS SEED

Makes two TAP devices per host in this network namespace, t0 h0 t1 h1 ..., says `ready`, and then
carries frames between t<n>, which is moved into the host, and h<n>, which is a port of the switch.
What leaves a host is delayed and, with probability LOSS, lost; what comes to it passes at once, as
with netem on each host's egress. Ends with its standard input.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
FRAME = 65536
MOST_WAITING = 10_000


def tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def put(fd, frame):
    try:
        os.write(fd, frame)
    except OSError:
        pass  # that side is unplugged


def take(fd):
    try:
        return os.read(fd, FRAME)
    except OSError:
        return None


def main():
    hosts, delay, loss, seed = int(sys.argv[1]), float(sys.argv[2]) / 1000, float(sys.argv[3]), int(sys.argv[4])
    dice = random.Random(seed)
    outward, inward = {}, {}
    for n in range(hosts):
        inside, outside = tap(f"t{n}"), tap(f"h{n}")
        outward[inside] = outside
        inward[outside] = inside
    print("ready", flush=True)
    waiting, number = [], 0
    watched = [*outward, *inward, sys.stdin.fileno()]
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select(watched, [], [], pause)
        for fd in ready:
            if fd == sys.stdin.fileno():
                return
            frame = take(fd)
            if frame is None:
                continue
            if fd in inward:
                put(inward[fd], frame)
            elif dice.random() >= loss and len(waiting) < MOST_WAITING:
                number += 1
                heapq.heappush(waiting, (time.monotonic() + delay, number, outward[fd], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, fd, frame = heapq.heappop(waiting)
            put(fd, frame)


main()
