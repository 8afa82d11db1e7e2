"""Starts a php-fpm with the extension for one test, in a temporary folder."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WWW = HERE / "www"
EXTENSION = os.environ["EXTENSION"]
PHP_FPM = os.environ.get("PHP_FPM", "php-fpm8.2")

POOL = """
[global]
error_log = {folder}/fpm.log
pid = {folder}/fpm.pid
process_control_timeout = 10s
[www]
listen = {folder}/fpm
pm = static
pm.max_children = {workers}
pm.max_requests = {max_requests}
catch_workers_output = yes
"""


def until(what, condition, seconds=20):
    """Waits until a condition holds, and returns its value. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"timed out after {seconds} s: {what}")
        time.sleep(0.01)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Redis:
    """A redis-server on a socket in `folder`."""

    def __init__(self, folder):
        self.socket = f"{folder}/redis"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        until("Redis", lambda: os.path.exists(self.socket))

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Server:
    def __init__(self, workers=4, max_requests=0, engine="embedded", extension=True, pool=None, ini=None):
        # In /tmp, because the path of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-fpm-"))
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        self.socket = str(self.folder / "fpm")
        self.workers = workers
        self.redis = Redis(self.folder) if engine == "redis" else None
        configuration = POOL.format(folder=self.folder, workers=workers, max_requests=max_requests)
        for name, value in (pool or {}).items():
            configuration += f"php_admin_value[countersign.{name}] = {value.format(folder=self.folder)}\n"
        self.command = [PHP_FPM, "-n", "-F", "-y", str(self.folder / "fpm.conf")]
        if ini is not None:
            # A php.ini of the test instead of none.
            (self.folder / "php.ini").write_text(ini.format(folder=self.folder))
            self.command[1:2] = ["-c", str(self.folder / "php.ini")]
        if os.geteuid() == 0:
            configuration += "user = root\ngroup = root\n"
            self.command.insert(1, "-R")
        (self.folder / "fpm.conf").write_text(configuration)
        settings = {"countersign.state_dir": self.state, "countersign.store": engine}
        if self.redis:
            settings["countersign.redis_url"] = f"redis+unix://{self.redis.socket}"
        if extension:
            for name, value in {"extension": EXTENSION, **settings}.items():
                self.command += ["-d", f"{name}={value}"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PHP_INI_SCAN_DIR": ""})
        until("php-fpm", lambda: os.path.exists(self.socket) and len(self.children()) == self.workers)

    @property
    def master(self):
        return self.process.pid

    def children(self):
        try:
            text = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in text.split() if is_alive(int(pid))]

    def send(self, number):
        os.kill(self.master, number)

    def reload(self):
        """Reloads as `systemctl reload` does: the master replaces itself and all workers."""
        before = set(self.children())
        self.send(signal.SIGUSR2)
        until("new workers", lambda: len(set(self.children()) - before) == self.workers)

    def quit(self):
        """Stops gracefully: running requests are answered first."""
        self.send(signal.SIGQUIT)
        self.process.wait(timeout=20)

    def log(self):
        path = self.folder / "fpm.log"
        return path.read_text() if path.exists() else ""

    def remove(self):
        if self.process.poll() is None:
            self.send(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.redis:
            self.redis.stop()
        shutil.rmtree(self.folder)


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def open_files(pid):
    """Returns the names of the files that a process has open; for sockets and pipes only their kind."""
    found = []
    for entry in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{entry}")
        found.append(target.partition(":")[0] if target.startswith(("socket:", "pipe:", "anon_inode:")) else target)
    return sorted(found)


def mapped_files(pid):
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return sorted({line.split(None, 5)[5] for line in lines if line.count(" ") >= 5 and "/" in line})


def resident_kib(pid):
    """Returns the private memory of a process in KiB, without shared and file-backed memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise AssertionError(f"/proc/{pid}/status has no RssAnon")
