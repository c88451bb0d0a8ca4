"""Faults and lies of other servers: each is met with an assertion that nothing was stored, queued or fetched that
should not be. `python3 federation-tests/faults.py BINARY`"""

import sys
import threading

import faults_delivery
import faults_fetch
import faults_inbox
from faults_cases import Part, Rows
from forge import Forge
from instance import Instance, free_port

HOSTS = ["good.test", "evil.test", "storm.test", "bad.test", "busy.test"]


def run(part, binary, name, hosts, chapters):
    """Plays these hosts to a new instance of its own."""
    forge, port = Forge().start(), free_port()
    down = Forge().start()
    leads = [f"{host}=127.0.0.1:{forge.port}" for host in hosts]
    leads += [f"down.test=127.0.0.1:{down.port}", f"{name}=127.0.0.1:{port}"]
    instance = Instance(binary, name, port, ",".join(leads))
    with part.case(f"{name} runs to the end"):
        try:
            instance.start()
            chapters(part, instance, Rows(instance), forge, down)
        except BaseException:
            print(f"--- log of {name}\n{instance.tail()}", file=sys.stderr)
            raise
        finally:
            instance.stop()
            forge.stop()


def lies(part, instance, rows, forge, _down):
    faults_fetch.run(faults_inbox.run(part, instance, rows, forge))


def main(binary):
    """Both at once: deliveries mostly wait."""
    part = Part("faults")
    delivery = threading.Thread(target=run, args=(part, binary, "d.test", faults_delivery.HOSTS, faults_delivery.run))
    delivery.start()
    run(part, binary, "a.test", HOSTS, lies)
    delivery.join()
    return part


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1]).finish())
