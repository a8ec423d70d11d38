#!/usr/bin/env python3
"""slurm.py HARDROW: examples/slurm on a Slurm of two nodes, which are this machine and end with the test.

An array does a sweep, of which one task is killed while it trains, goes back into the queue and goes on; then the merge.
Skipped where Slurm is not installed or we are not root.
"""

import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

HARDROW = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = "munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue"
SWEEP = """[sweep]
name = slurm
datasets = iris, glass, balance-scale
methods = base, difficulty
splits = 2
[settings]
epochs = 2000
"""
CONF = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
PlugStackConfig={folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=1,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
MinJobAge=600
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 Port={one} CPUs=1 RealMemory=500 State=UNKNOWN
NodeName=two NodeHostname={host} NodeAddr=127.0.0.1 Port={two} CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=all Nodes=one,two Default=YES State=UP
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """Its daemons are children of the test, which ends them by their numbers."""

    def __init__(self, folder):
        self.daemons = []
        self.folder = folder
        munge = folder / "munge"
        for name in munge, folder / "state", folder / "work":
            name.mkdir(mode=0o755)
        (munge / "key").write_bytes(os.urandom(1024))
        (munge / "key").chmod(0o400)
        (folder / "plugstack.conf").touch()
        port, one, two = free_ports(3)
        conf = folder / "slurm.conf"
        conf.write_text(CONF.format(folder=folder, host=socket.gethostname().split(".")[0], port=port, one=one, two=two))
        self.env = {**os.environ, "SLURM_CONF": str(conf), "HARDROW_DATA": str(SOURCE / "datasets"),
                    "PATH": f"{HARDROW.parent}:/usr/sbin:/usr/bin:/bin"}

    def begin(self):
        munge = self.folder / "munge"
        self.start("munged", "--foreground", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket",
                   f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait(lambda: (munge / "socket").exists(), "munged")
        self.start("slurmctld", "-D", "-i")
        for node in "one", "two":
            self.start("slurmd", "-D", "-N", node)
        self.wait(lambda: self.ask("sinfo", "-h", "-t", "idle", "-o", "%D") == "2", "two nodes")

    def start(self, *command):
        log = open(self.folder / f"{command[0]}{len(self.daemons)}.log", "w")
        self.daemons.append(subprocess.Popen(command, env=self.env, stdout=log, stderr=log, cwd=self.folder))

    def ask(self, *command):
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, cwd=self.folder / "work", timeout=60)
        return done.stdout.strip()

    def wait(self, is_so, what, seconds=90):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"no {what} after {seconds} s: " + self.ask("squeue", "-a", "-t", "all"))
            time.sleep(0.1)

    def state(self, job):
        return self.ask("squeue", "-h", "-t", "all", "-j", job, "-o", "%T")

    def end(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def process_of(file):
    """The number of the hardrow that writes to the file; None."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "exe").resolve() == HARDROW and any(
                    os.readlink(fd).endswith(file) for fd in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue
    return None


def check(cluster):
    work = cluster.folder / "work"
    (work / "s.ini").write_text(SWEEP)
    said = cluster.ask(str(SOURCE / "examples/slurm/submit.sh"), "s.ini", "results.db", "4")
    said_in_docs = re.sub("[0-9]+", "N", (SOURCE / "docs/machines.md").read_text()).splitlines()
    assert re.sub("[0-9]+", "N", said) in said_in_docs, said
    array, merge = said.replace("array ", "").split(", then merge ")
    partial = work / "results.1-of-4.db.partial"
    cluster.wait(lambda: partial.exists() and partial.stat().st_size > 500000, "task 1 at work")
    os.kill(process_of(partial.name), 9)
    cluster.wait(lambda: cluster.state(merge) in ("COMPLETED", "FAILED"), "merge")
    logs = "".join(path.read_text() for path in work.glob("slurm-*.out"))
    assert cluster.state(merge) == "COMPLETED", logs
    runs = sqlite3.connect(work / "results.db").execute("SELECT count(*), count(DISTINCT run_key), min(status) FROM run"
                                                        " JOIN epoch USING (run_id) WHERE epoch = 2000").fetchone()
    assert runs == (12, 12, "done"), (runs, logs)
    restarts = cluster.ask("scontrol", "show", "job", f"{array}_1")
    assert "Restarts=1" in restarts, restarts
    verify = subprocess.run([HARDROW, "verify", "--db", "results.db"], cwd=work, capture_output=True, text=True)
    assert verify.returncode == 0, verify.stdout


def main():
    missing = [program for program in PROGRAMS if shutil.which(program, path="/usr/sbin:/usr/bin:/bin") is None]
    if missing or os.geteuid() != 0:
        print("skipped: slurm" + (f" ({', '.join(missing)} not installed)" if missing else " (not root)"))
        print("0 passed, 0 failed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        cluster = Cluster(folder)
        try:
            cluster.begin()
            check(cluster)
            failed = 0
        except AssertionError as error:
            print(str(error)[:3000])
            failed = 1
        finally:
            cluster.end()
    print(f"{1 - failed} passed, {failed} failed")
    return failed


sys.exit(main())
