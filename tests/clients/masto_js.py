"""masto.js runs in Node; here its person allows the app in a browser."""

import os
import subprocess
import tempfile

from stage import png

PATIENCE_S = 120


def run(stage, part):
    folder = os.environ["ROOKERY_CLIENTS_NODE"]
    with tempfile.NamedTemporaryFile(suffix=".png") as picture, part.case("masto.js goes through its day"):
        picture.write(png())
        picture.flush()
        command = ["node", os.path.join(folder, "masto.mjs"), stage.address, picture.name, stage.bob.token]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            try:
                for line in client.stdout:
                    if line.startswith("ALLOW "):
                        client.stdin.write(stage.allow(line.split()[1]) + "\n")
                        client.stdin.flush()
                    else:
                        print(line, end="", flush=True)
                assert client.wait(PATIENCE_S) == 0, "some of it failed"
            finally:
                client.kill()
