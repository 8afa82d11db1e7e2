"""The extension inside php-fpm: what start-up does, what workers share, and what ends them."""

import itertools
import os
import random
import signal
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from fastcgi import Connection, Gone
from server import WWW, Server, is_alive, mapped_files, open_files, resident_kib, threads, until

ENGINES = os.environ.get("ENGINES", "embedded").split()
REQUESTS = int(os.environ.get("REQUESTS", "100000"))

_local = threading.local()


def get(server, script, keep=False, **query):
    """One request of this thread, over a connection of its own."""
    connections = _local.__dict__.setdefault("connections", {})
    connection = connections.setdefault(server.socket, Connection(server.socket))
    return connection.get(str(WWW / script), keep, **query)


def answers(server, calls, at_once=16):
    """The answers to (script, query) pairs, so many at once."""
    with ThreadPoolExecutor(at_once) as pool:
        return [text.split() for text in pool.map(lambda call: get(server, call[0], **call[1]), calls)]


class Writers:
    """Threads that record nonces without end, and remember which were acknowledged."""

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
                # Cut off: recorded or not, nobody was told so.
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
    def test_nothing_is_opened_and_no_thread_started(self):
        plain = Server(workers=2, extension=False)
        self.addCleanup(plain.remove)
        ours = self.server(workers=2)

        def relative(server, files):
            return [name.replace(str(server.folder), "FOLDER") for name in files]

        for one, other in [(plain.master, ours.master), *zip(plain.children(), ours.children())]:
            self.assertEqual(threads(other), 1)
            # A worker that was just forked is still closing what is the master's.
            until(
                f"process {other} to have open what one without the extension has",
                lambda one=one, other=other: relative(ours, open_files(other)) == relative(plain, open_files(one)),
            )
            more = set(mapped_files(other)) - set(mapped_files(one))
            self.assertEqual([name for name in more if ".so" not in name], [])
        self.assertFalse(ours.state.exists(), "the state folder was made before anybody needed it")
        # Nor by a page that has nothing to do with agents.
        for _ in range(20):
            self.assertIn(int(get(ours, "idle.php")), ours.children())
        self.assertFalse(ours.state.exists())
        # The first that needs it opens it, in the worker; the master never does.
        self.assertEqual(get(ours, "nonce.php", nonce="a").split()[1], "first")
        self.assertTrue(ours.state.is_dir())
        self.assertEqual([f for f in open_files(ours.master) if "state" in f], [])
        self.assertEqual(threads(ours.master), 1)
        self.assertEqual([threads(pid) for pid in ours.children()], [1, 1])


class Workers:
    """What holds on every engine."""

    def test_workers_share_a_limit(self):
        server = self.server(workers=8)
        said = answers(server, [("limit.php", {"key": "k", "max": 60})] * 120)
        self.assertEqual([answer for _, answer in said].count("yes"), 60)
        self.assertEqual({answer for _, answer in said}, {"yes", "rate_limited"})
        self.assertGreater(len({pid for pid, _ in said}), 1, "one worker did it all")

    def test_of_all_workers_one_wins_each_nonce(self):
        server = self.server(workers=8)
        calls = [("nonce.php", {"nonce": n}) for n in range(200) for _ in range(8)]
        said = answers(server, calls)
        self.assertEqual([answer for _, answer in said].count("first"), 200)
        self.assertEqual({answer for _, answer in said}, {"first", "token_used"})
        self.assertGreater(len({pid for pid, answer in said if answer == "first"}), 1)

    def test_workers_of_one_request_each(self):
        server = self.server(workers=4, max_requests=1)
        said = answers(server, [("limit.php", {"key": "k", "max": 60})] * 120)
        self.assertEqual([answer for _, answer in said].count("yes"), 60)
        self.assertEqual(len({pid for pid, _ in said}), 120, "a worker served twice")
        nonces = range(50)
        said = answers(server, [("nonce.php", {"nonce": n}) for n in nonces])
        self.assertEqual({answer for _, answer in said}, {"first"})
        self.assert_remembered(server, nonces)

    def test_a_reload_amid_writing(self):
        server = self.server(workers=4)
        for name in "abc":
            writers = Writers(server, name)
            until("some writing", lambda: len(writers.acknowledged) > 100)
            server.reload()
            at = len(writers.acknowledged)
            until("writing after the reload", lambda at=at: len(writers.acknowledged) > at + 100)
            acknowledged = writers.stop()
            self.assertEqual(writers.failures, [])
            self.assert_remembered(server, acknowledged)
        # A graceful stop and a new start forget nothing either.
        server.quit()
        server.start()
        self.assert_remembered(server, acknowledged)
        self.assertEqual(get(server, "nonce.php", nonce="after").split()[1], "first")

    def test_workers_killed_amid_writing(self):
        server = self.server(workers=4)
        writers = Writers(server)
        chance = random.Random(1)
        for _ in range(30):
            at = len(writers.acknowledged)
            until("more writing", lambda at=at: len(writers.acknowledged) > at + 20)
            pid = chance.choice(server.children())
            os.kill(pid, signal.SIGKILL)
            until("its end", lambda pid=pid: not is_alive(pid))
        until("all workers again", lambda: len(server.children()) == 4)
        acknowledged = writers.stop()
        self.assertEqual(writers.failures, [])
        self.assert_remembered(server, acknowledged)
        self.assertEqual(get(server, "nonce.php", nonce="after").split()[1], "first")

    def test_a_hundred_thousand_requests_take_no_more_memory(self):
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
        self.assertEqual(server.children(), children, "a worker died")
        grown = [late - early for early, late in zip(before, after)]
        print(f"    {REQUESTS} requests, {self.engine}: {before} KiB early, {after} KiB late", flush=True)
        self.assertLess(max(grown), 1024, f"{before} KiB became {after} KiB")


for _engine in ENGINES:
    globals()[f"On{_engine.title()}"] = type(f"On{_engine.title()}", (Workers, Case), {"engine": _engine})

if __name__ == "__main__":
    unittest.main(verbosity=2)
