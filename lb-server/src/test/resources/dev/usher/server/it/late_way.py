"""Carries IP packets between two TUN devices: late, some out of order, some twice. Ends with its input, and tells what it did.

late_way.py SEED DEVICE DEVICE. Most packets keep their order: each waits 10 to 70 ms, and for the packet before. Some do not wait for
others, and overtake. Some come a second time, out of order.
"""

import contextlib
import fcntl
import heapq
import itertools
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
PACKET_BYTES = 1 << 16

LEAST, MOST = 0.010, 0.070
OVERTAKING = 0.05
TWICE = 0.02


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


class Direction:
    def __init__(self, source, target, chance):
        self.source, self.target, self.chance = source, target, chance
        self.numbers = itertools.count()
        self.waiting = []  # a heap of (time due, number, packet)
        self.last_due = 0.0
        self.carried = self.overtook = self.twice = 0

    def take(self):
        packet = os.read(self.source, PACKET_BYTES)
        number = next(self.numbers)
        now = time.monotonic()
        if self.chance.random() < OVERTAKING:
            self.overtook += now + LEAST < self.last_due
            self.wait(now + LEAST, number, packet)
        else:
            self.last_due = max(self.last_due, now + self.chance.uniform(LEAST, MOST))
            self.wait(self.last_due, number, packet)
        if self.chance.random() < TWICE:
            self.twice += 1
            self.wait(now + self.chance.uniform(LEAST, MOST), number, packet)

    def wait(self, due, number, packet):
        heapq.heappush(self.waiting, (due, number, packet))

    def give(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            _, _, packet = heapq.heappop(self.waiting)
            with contextlib.suppress(OSError):  # a device that is down takes no packet
                os.write(self.target, packet)
                self.carried += 1


def main():
    chance = random.Random(int(sys.argv[1]))
    one, other = tun(sys.argv[2]), tun(sys.argv[3])
    directions = {one: Direction(one, other, chance), other: Direction(other, one, chance)}
    print("two devices", flush=True)
    ready = []
    while sys.stdin not in ready:
        now = time.monotonic()
        for direction in directions.values():
            direction.give(now)
        due = [direction.waiting[0][0] for direction in directions.values() if direction.waiting]
        ready = select.select([sys.stdin, *directions], [], [], max(0, min(due) - time.monotonic()) if due else None)[0]
        for device in ready:
            if device in directions:
                directions[device].take()
    for direction in directions.values():
        print(f"carried {direction.carried}, overtook {direction.overtook}, twice {direction.twice}", flush=True)


main()
