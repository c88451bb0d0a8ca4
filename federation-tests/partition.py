"""The network between two instances breaks for a while, under traffic both ways: both go on serving their own people,
and all converges after.

`python3 federation-tests/partition.py BINARY [--seconds N] [--seed N]`"""

import argparse
import contextlib
import random
import sys
import time

import namespaces
from faults_cases import Part
from instance import Instance, free_port, until
from kills import World

SECONDS = 60
# Something that was on its way when the network broke has arrived by then.
IN_FLIGHT_S = 2


def received(world):
    return [rows.one("select count(*) as received from inbox") for rows in world.rows]


def acted(world):
    return [writer.actions for writer in world.writers]


def play(world, seconds):
    part = world.part
    with part.case("they find and follow each other"):
        world.prepare()
    for writer in world.writers:
        writer.start()
    with part.case("activities flow both ways"):
        until("something arrives on either side", lambda: min(received(world)) > 20)
    namespaces.let_through(False)
    cut = time.monotonic()
    time.sleep(IN_FLIGHT_S)
    before, acted_before = received(world), acted(world)
    time.sleep(max(0, seconds - (time.monotonic() - cut)))
    with part.case(f"for {seconds} s nothing passes"):
        assert received(world) == before, (before, received(world))
    with part.case("meanwhile both serve their own people"):
        done = [now - then for now, then in zip(acted(world), acted_before)]
        assert min(done) > seconds, f"{done} actions in {seconds} s"
    namespaces.let_through(True)
    for writer in world.writers:
        writer.stopped.set()
    for writer in world.writers:
        writer.join()
    world.check()


def run(binary, seconds, seed):
    part = Part("partition")
    why_not = namespaces.enter()
    if why_not:
        part.skip("a partition of the network", why_not)
        return part
    namespaces.let_through(True)
    with contextlib.ExitStack() as stack:
        islands = [namespaces.Island(number) for number in (1, 2)]
        for island in islands:
            stack.callback(island.close)
        ports = [free_port(), free_port()]
        names = list(zip(("a.test", "b.test"), islands, ports))
        dev_hosts = ",".join(f"{name}={island.address}:{port}" for name, island, port in names)
        sides = [Instance(binary, name, port, dev_hosts) for name, _, port in names]
        for side, island in zip(sides, islands):
            island.settle(side)
            stack.callback(side.stop)
        with part.case("the partition comes to its end"):
            play(World(part, *sides, seed), seconds)
        if not all(case["ok"] for case in part.cases):
            for side in sides:
                print(f"--- log of {side.name}\n{side.tail()}", file=sys.stderr)
    return part


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(arguments)
    seed = random.SystemRandom().getrandbits(32) if given.seed is None else given.seed
    return run(given.binary, given.seconds, seed)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]).finish())
