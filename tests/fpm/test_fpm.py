"""Tests of the extension in php-fpm: start-up, state shared by workers, reloads and kills."""

import itertools
import os
import random
import signal
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from fastcgi import Connection, Gone
from records import Ratchet, RecordKeyFile  # noqa: F401
from sites import OneSite, TwoSites  # noqa: F401
from users import ManyUsers  # noqa: F401
from server import WWW, Server, is_alive, mapped_files, open_files, resident_kib, threads, until

ENGINES = os.environ.get("ENGINES", "embedded").split()
REQUESTS = int(os.environ.get("REQUESTS", "100000"))

_local = threading.local()


def get(server, script, keep=False, **query):
    """Makes a request on the connection of this thread."""
    connections = _local.__dict__.setdefault("connections", {})
    connection = connections.setdefault(server.socket, Connection(server.socket))
    return connection.get(str(WWW / script), keep, **query)


def answers(server, calls, at_once=16):
    """Returns the responses to (script, query) pairs, with `at_once` concurrent requests."""
    with ThreadPoolExecutor(at_once) as pool:
        return [text.split() for text in pool.map(lambda call: get(server, call[0], **call[1]), calls)]


class Writers:
    """Threads that record nonces until they are stopped, and remember which were acknowledged."""

    def __init__(self, server, name="w", count=4):
        self.server = server
        self.name = name
        self.numbers = itertools.count()
        self.acknowledged = []
        self.untold = 0
        self.failures = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def write(self):
        while not self.stopping.is_set():
            nonce = f"{self.name}{next(self.numbers)}"
            try:
                answer = get(self.server, "nonce.php", nonce=nonce).split()[1]
            except (Gone, FileNotFoundError, ConnectionRefusedError):
                # The connection ended: the nonce may be recorded, but was not acknowledged.
                self.untold += 1
                continue
            except Exception as error:  # noqa: BLE001
                self.failures.append(repr(error))
                return
            if answer == "first":
                self.acknowledged.append(nonce)
            else:
                self.failures.append(answer)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        return self.acknowledged


class Case(unittest.TestCase):
    engine = "embedded"

    def server(self, **options):
        server = Server(engine=self.engine, **options)
        self.addCleanup(server.remove)
        return server

    def assert_remembered(self, server, nonces):
        said = {answer for _, answer in answers(server, [("nonce.php", {"nonce": n}) for n in nonces])}
        self.assertEqual(said, {"token_used"}, server.log())


class StartUp(Case):
    def test_start_up_opens_no_file_and_starts_no_thread(self):
        plain = Server(workers=2, extension=False)
        self.addCleanup(plain.remove)
        ours = self.server(workers=2)

        def relative(server, files):
            return [name.replace(str(server.folder), "FOLDER") for name in files]

        for one, other in [(plain.master, ours.master), *zip(plain.children(), ours.children())]:
            self.assertEqual(threads(other), 1)
            # A worker that was just forked is still closing files of the master.
            until(
                f"process {other} has the same open files as one without the extension",
                lambda one=one, other=other: relative(ours, open_files(other)) == relative(plain, open_files(one)),
            )
            more = set(mapped_files(other)) - set(mapped_files(one))
            self.assertEqual([name for name in more if ".so" not in name], [])
        self.assertEqual(os.listdir(ours.state), [], "the state folder was used before it was needed")
        # A page that does not use the extension does not use it either.
        for _ in range(20):
            self.assertIn(int(get(ours, "idle.php")), ours.children())
        self.assertEqual(os.listdir(ours.state), [])
        # The first use opens it in the worker, never in the master.
        self.assertEqual(get(ours, "nonce.php", nonce="a").split()[1], "first")
        self.assertIn("current", os.listdir(ours.state))
        self.assertEqual([f for f in open_files(ours.master) if "state" in f], [])
        self.assertEqual(threads(ours.master), 1)
        self.assertEqual([threads(pid) for pid in ours.children()], [1, 1])


class Workers:
    """Tests that run on every store."""

    def test_workers_share_a_limit(self):
        server = self.server(workers=8)
        said = answers(server, [("limit.php", {"key": "k", "max": 60})] * 120)
        self.assertEqual([answer for _, answer in said].count("yes"), 60)
        self.assertEqual({answer for _, answer in said}, {"yes", "rate_limited"})
        self.assertGreater(len({pid for pid, _ in said}), 1, "only one worker answered")

    def test_each_nonce_is_accepted_by_exactly_one_worker(self):
        server = self.server(workers=8)
        calls = [("nonce.php", {"nonce": n}) for n in range(200) for _ in range(8)]
        said = answers(server, calls)
        self.assertEqual([answer for _, answer in said].count("first"), 200)
        self.assertEqual({answer for _, answer in said}, {"first", "token_used"})
        self.assertGreater(len({pid for pid, answer in said if answer == "first"}), 1)

    def test_limits_and_nonces_hold_when_each_worker_serves_one_request(self):
        server = self.server(workers=4, max_requests=1)
        said = answers(server, [("limit.php", {"key": "k", "max": 60})] * 120)
        self.assertEqual([answer for _, answer in said].count("yes"), 60)
        self.assertEqual(len({pid for pid, _ in said}), 120, "a worker served two requests")
        nonces = range(50)
        said = answers(server, [("nonce.php", {"nonce": n}) for n in nonces])
        self.assertEqual({answer for _, answer in said}, {"first"})
        self.assert_remembered(server, nonces)

    def test_a_store_that_a_preload_script_opened_works_in_the_workers(self):
        ini = f"zend_extension=opcache\nopcache.preload={WWW}/preload.php\n"
        if os.geteuid() == 0:
            ini += "opcache.preload_user=root\n"
        server = self.server(workers=4, ini=ini)
        if self.engine == "embedded":
            self.assertIn("current", os.listdir(server.state), "the script opened no store")
            # With `opcache.preload_user`, PHP runs the script in a child of the master process, which has ended.
            opened = [name for name in open_files(server.master) if "/state/" in name]
            self.assertEqual(opened == [], os.geteuid() == 0, "in which process the script opened the store")
        self.assert_remembered(server, ["preloaded"])
        calls = [("nonce.php", {"nonce": n}) for n in range(100) for _ in range(4)]
        said = answers(server, calls)
        self.assertEqual([answer for _, answer in said].count("first"), 100)
        self.assertEqual({answer for _, answer in said}, {"first", "token_used"})
        # A worker that replaces a killed one works too, and a graceful stop ends all.
        before = set(server.children())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until("new workers", lambda: len(set(server.children()) - before) == 4)
        self.assert_remembered(server, range(100))
        server.quit()
        self.assertEqual(server.process.returncode, 0, server.log())

    def test_a_reload_during_writes_loses_nothing(self):
        server = self.server(workers=4)
        for name in "abc":
            writers = Writers(server, name)
            until("some nonces are acknowledged", lambda: len(writers.acknowledged) > 100)
            server.reload()
            at = len(writers.acknowledged)
            until("nonces are acknowledged after the reload", lambda at=at: len(writers.acknowledged) > at + 100)
            acknowledged = writers.stop()
            self.assertEqual(writers.failures, [])
            self.assert_remembered(server, acknowledged)
        # A graceful stop and a new start lose nothing either.
        server.quit()
        server.start()
        self.assert_remembered(server, acknowledged)
        self.assertEqual(get(server, "nonce.php", nonce="after").split()[1], "first")

    def test_killing_workers_during_writes_loses_nothing(self):
        server = self.server(workers=4)
        writers = Writers(server)
        chance = random.Random(1)
        for _ in range(30):
            at = len(writers.acknowledged)
            until("more nonces are acknowledged", lambda at=at: len(writers.acknowledged) > at + 20)
            pid = chance.choice(server.children())
            os.kill(pid, signal.SIGKILL)
            until("the worker has ended", lambda pid=pid: not is_alive(pid))
        until("all workers are running again", lambda: len(server.children()) == 4)
        acknowledged = writers.stop()
        self.assertEqual(writers.failures, [])
        self.assert_remembered(server, acknowledged)
        self.assertEqual(get(server, "nonce.php", nonce="after").split()[1], "first")

    def test_memory_does_not_grow_over_a_hundred_thousand_requests(self):
        server = self.server(workers=2)
        numbers = itertools.count()
        failed = []

        def work(count):
            connection = Connection(server.socket)
            for _ in range(count):
                answer = connection.get(str(WWW / "work.php"), n=next(numbers))
                if answer.split()[1] != "ok":
                    failed.append(answer)
            connection.close()

        def requests(count):
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(work, [count // 2] * 2))
            self.assertEqual(failed[:3], [])
            return [resident_kib(pid) for pid in sorted(server.children())]

        requests(REQUESTS // 10)
        before = requests(REQUESTS // 10)
        children = server.children()
        after = requests(REQUESTS - REQUESTS // 5)
        self.assertEqual(server.children(), children, "a worker ended")
        grown = [late - early for early, late in zip(before, after)]
        print(f"    {REQUESTS} requests, {self.engine}: {before} KiB at the start, {after} KiB at the end", flush=True)
        self.assertLess(max(grown), 1024, f"grew from {before} KiB to {after} KiB")


for _engine in ENGINES:
    globals()[f"On{_engine.title()}"] = type(f"On{_engine.title()}", (Workers, Case), {"engine": _engine})

if __name__ == "__main__":
    unittest.main(verbosity=2)
