#!/usr/bin/env python3
"""parallel.py HARDROW: the recipe for GNU parallel in docs/machines.md, over ssh to this machine under two names.

Skipped by name without GNU parallel, sshd, ssh or rsync.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HARDROW = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PORT = "22123"
SWEEP = "[sweep]\nname = mine\ndatasets = iris, glass\nmethods = base, difficulty\n[settings]\nepochs = 5\n"
SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile {folder}/pid
StrictModes no
PermitRootLogin yes
UsePAM no
SetEnv PATH={program}:/usr/bin:/bin HARDROW_DATA={source}/datasets
"""


def skip(reason):
    print(f"skipped: GNU parallel: {reason}\n0 passed, 0 failed")
    sys.exit(0)


def recipe():
    text = (SOURCE / "docs" / "machines.md").read_text()
    return re.search(r"## GNU parallel.*?```sh setup\n(.*?)```", text, re.DOTALL).group(1)


def start_sshd(folder):
    if os.geteuid() == 0:
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    for name in "host", "key":
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "conf").write_text(SSHD.format(port=PORT, folder=folder, program=HARDROW.parent, source=SOURCE))
    server = subprocess.Popen([shutil.which("sshd", path="/usr/sbin:/usr/bin"), "-D", "-f", folder / "conf", "-E", folder / "log"])
    ssh = f"ssh -q -p {PORT} -i {folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile={folder}/known"
    for _ in range(100):
        if subprocess.run([*ssh.split(), "127.0.0.1", "true"], stdin=subprocess.DEVNULL).returncode == 0:
            return server, ssh
        time.sleep(0.05)
    server.kill()
    server.wait()
    skip(f"no sshd: {(folder / 'log').read_text()[-300:]}")


def main():
    for tool in "parallel", "ssh", "ssh-keygen", "rsync", "sshd":
        if shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin") is None:
            skip(f"{tool}: not installed")
    if "GNU" not in subprocess.run(["parallel", "--version"], capture_output=True, text=True).stdout:
        skip("parallel is another one")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server, ssh = start_sshd(folder)
        here, there = folder / "here", folder / "there"
        here.mkdir()
        (here / "mine.ini").write_text(SWEEP)
        (here / "machines").write_text("2/127.0.0.1\n1/localhost\n")
        script = recipe().replace("--workdir sweep", f"--workdir {there}")
        assert str(there) in script, script
        try:
            done = subprocess.run(["bash", "-ec", script], cwd=here, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                                  env=dict(os.environ, PARALLEL_SSH=ssh, PARALLEL_HOME=str(folder), PARALLEL="--will-cite",
                                           PATH=f"{HARDROW.parent}:{os.environ['PATH']}"))
        finally:
            server.terminate()
            server.wait()
        verified = subprocess.run([HARDROW, "verify", "--db", "results.db"], cwd=here, capture_output=True, text=True)
        is_right = done.returncode == 0 and verified.stdout.startswith("4 runs") and (there / "mine.ini").exists()
        if not is_right:
            print(done.stdout, done.stderr, verified.stdout, verified.stderr)
    print(f"{int(is_right)} passed, {int(not is_right)} failed")
    return not is_right


sys.exit(main())
