"""Instances in network namespaces of their own, on a network of our own. Needs no rights where users may make
namespaces; elsewhere the tests that stand on it are skipped and say so."""

import os
import socket
import stat
import subprocess
import sys
import threading

INSIDE = "ROOKERY_TEST_NAMESPACE"


ROUTED = "ip link add one type veth peer name two && echo 1 > /proc/sys/net/ipv4/ip_forward"


def enter(flags="-rn", needed=ROUTED):
    """Goes into a new network namespace by starting this program again; answers why not, or None when inside. `needed`
    is what must be allowed there."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    for tool in ("unshare", "nsenter", "ip"):
        if subprocess.run(["which", tool], capture_output=True).returncode != 0:
            return f"there is no `{tool}` here"
    probe = ["unshare", flags, "sh", "-ec", f"ip link set lo up && {needed}"]
    tried = subprocess.run(probe, capture_output=True, text=True)
    if tried.returncode != 0:
        return f"network namespaces are not allowed here: {tried.stderr.strip()[:200]}"
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execvp("unshare", ["unshare", flags, sys.executable, *sys.argv])


def run(*words):
    subprocess.run(words, check=True, capture_output=True, text=True)


class Island:
    """A namespace with one link to ours, which routes between all of them."""

    def __init__(self, number):
        self.number, self.address, self.gateway = number, f"10.7.{number}.2", f"10.7.{number}.1"
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo in; exec sleep infinity"], stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        pid, ours, theirs = str(self.holder.pid), f"to{number}", f"from{number}"
        run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
        run("ip", "link", "set", theirs, "netns", pid)
        run("ip", "addr", "add", f"{self.gateway}/24", "dev", ours)
        run("ip", "link", "set", ours, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "addr", "add", f"{self.address}/24", "dev", theirs)
        self.inside("ip", "link", "set", theirs, "up")
        self.inside("ip", "route", "add", "default", "via", self.gateway)

    def inside(self, *words):
        run("nsenter", "-t", str(self.holder.pid), "-n", *words)

    def settle(self, instance):
        """Lets an instance run here; the test still finds it on its own loopback."""
        wrapper = os.path.join(instance.data.name, "in-namespace")
        with open(wrapper, "w") as script:
            script.write(f'#!/bin/sh\nexec nsenter -t {self.holder.pid} -n "{os.path.abspath(instance.binary)}" "$@"\n')
        os.chmod(wrapper, stat.S_IRWXU)
        instance.binary = wrapper
        instance.environment["ROOKERY_LISTEN"] = f"{self.address}:{instance.port}"
        forward(instance.port, (self.address, instance.port))

    def close(self):
        self.holder.kill()
        self.holder.wait()


def let_through(yes):
    """Whether packets pass between the islands; when not, they vanish without a word."""
    with open("/proc/sys/net/ipv4/ip_forward", "w") as switch:
        switch.write("1" if yes else "0")


def forward(port, to):
    """Everything that comes to a port of our loopback goes to an address of an island."""
    listener = socket.create_server(("127.0.0.1", port), backlog=128)

    def pump(source, sink):
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept():
        while True:
            near, _ = listener.accept()
            try:
                far = socket.create_connection(to, timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            for ends in ((near, far), (far, near)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
