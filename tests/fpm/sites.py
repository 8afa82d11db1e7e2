"""Several sites in one pool of php-fpm, each with settings of its own in the FastCGI variable PHP_ADMIN_VALUE."""

import os
import secrets
import shutil
import unittest

from fastcgi import Connection
from server import WWW, Server

ENGINES = os.environ.get("ENGINES", "embedded").split()


class Site:
    """A site of the pool: a folder for its state, and a key file."""

    def __init__(self, server, name, **settings):
        self.folder = server.folder / name
        self.folder.mkdir()
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        self.key = self.folder / "key"
        self.key.touch(mode=0o600)
        self.key.write_text(secrets.token_hex(32))
        own = {"state_dir": self.state, "key_file": self.key, **settings}
        self.variables = {"PHP_ADMIN_VALUE": "\n".join(f"countersign.{name}={value}" for name, value in own.items())}


class Worker:
    """A worker of the pool. It serves only this connection while the connection is open."""

    def __init__(self, server):
        self.connection = Connection(server.socket)
        self.script = str(WWW / "site.php")
        self.pid = None
        self.served = set()

    def ask(self, site, do, **query):
        """Returns the answer to a request to `site`, which may be None for a site without settings of its own."""
        variables = {"DOCUMENT_ROOT": os.path.dirname(self.script), **(site.variables if site else {})}
        body = self.connection.get(self.script, variables=variables, do=do, **query)
        pid, _, answer = body.partition(" ")
        self.pid = self.pid or pid
        assert pid == self.pid, f"process {pid} answered instead of {self.pid}"
        self.served.add(site)
        return answer


class Case(unittest.TestCase):
    def server(self, **options):
        server = Server(workers=2, **options)
        self.addCleanup(server.remove)
        return server

    def workers(self, server):
        workers = [Worker(server), Worker(server)]
        for worker in workers:
            self.addCleanup(worker.connection.close)
        return workers

    def assert_both_served(self, workers, sites):
        one, other = workers
        self.assertNotEqual(one.pid, other.pid, "only one worker answered")
        for worker in workers:
            self.assertEqual(worker.served, set(sites), "a worker did not serve every site")


class TwoSites(Case):
    def check_separation(self, server, a, b):
        """Checks that no request of one site gets a store or key of the other, on both workers."""
        one, other = workers = self.workers(server)
        # Each site accepts a nonce once, whichever worker and site come first.
        self.assertEqual([one.ask(a, "nonce", nonce="n"), one.ask(b, "nonce", nonce="n")], ["first", "first"])
        self.assertEqual([other.ask(b, "nonce", nonce="m"), other.ask(a, "nonce", nonce="m")], ["first", "first"])
        for worker in workers:
            for site in (a, b, b, a):
                for nonce in "nm":
                    self.assertEqual(worker.ask(site, "nonce", nonce=nonce), "token_used")
        # A vault opens with the key file of its site only.
        vaults = {site: one.ask(site, "seal") for site in (a, b)}
        for worker in workers:
            for site, foreign in ((a, b), (b, a), (a, b)):
                self.assertEqual(worker.ask(site, "open", slots=vaults[site]), "opened")
                self.assertRegex(worker.ask(site, "open", slots=vaults[foreign]), "^vault_key_changed: ")
        # Each site has its own limit, of which both workers use up one half.
        for site in (a, b):
            turns = [worker.ask(site, "limit", max=10) for _ in range(10) for worker in workers]
            self.assertEqual(turns, ["yes"] * 10 + ["rate_limited"] * 10)
        # phpinfo() shows the settings of the request.
        for worker in workers:
            for site, foreign in ((a, b), (b, a)):
                self.assertEqual(worker.ask(site, "shown", text=str(site.key)), "shown")
                self.assertEqual(worker.ask(site, "shown", text=str(foreign.key)), "not shown")
        # Many turns later, each worker still answers each site with its own store.
        for turn in range(200):
            first, second = workers if turn % 2 else reversed(workers)
            for site in (a, b) if turn % 3 else (b, a):
                self.assertEqual(first.ask(site, "nonce", nonce=turn), "first", turn)
                self.assertEqual(second.ask(site, "nonce", nonce=turn), "token_used", turn)
        self.assert_both_served(workers, [a, b])

    @unittest.skipUnless("embedded" in ENGINES, "the embedded store is not tested in this run")
    def test_sites_of_a_pool_have_folders_and_keys_of_their_own(self):
        server = self.server()
        a, b = Site(server, "a"), Site(server, "b", store_size=3)
        # php-fpm takes the entries from both variables.
        b.variables["PHP_VALUE"] = b.variables.pop("PHP_ADMIN_VALUE")
        self.check_separation(server, a, b)
        self.assertEqual(os.listdir(server.state), [], "the folder of the pool was used")
        sizes = [next(site.state.glob("store-*.mdb")).stat().st_size >> 20 for site in (a, b)]
        self.assertEqual(sizes, [64, 3])

    @unittest.skipUnless("redis" in ENGINES, "Redis is not tested in this run")
    def test_sites_of_a_pool_have_prefixes_and_keys_of_their_own(self):
        server = self.server(engine="redis")
        self.check_separation(server, Site(server, "a", redis_prefix="a"), Site(server, "b", redis_prefix="b"))

    @unittest.skipUnless("redis" in ENGINES, "Redis is not tested in this run")
    def test_sites_of_a_pool_have_engines_of_their_own(self):
        server = self.server(engine="redis")
        self.check_separation(server, Site(server, "a", store="embedded"), Site(server, "b"))

    def test_a_site_without_settings_of_its_own_has_those_of_the_pool(self):
        # php-fpm leaves the values of PHP_ADMIN_VALUE in the table of the worker, so that ini_get() shows them.
        for pool in ({}, {"state_dir": "{folder}/pool", "key_file": "{folder}/pool-key"}):
            server = self.server(pool=pool)
            if pool:
                (server.folder / "pool").mkdir(mode=0o700)
                Site(server, "own").key.rename(server.folder / "pool-key")
            a, b = Site(server, "a"), Site(server, "b")
            only_key = Site(server, "c")
            only_key.variables["PHP_ADMIN_VALUE"] = f"countersign.key_file={only_key.key}"
            one, other = workers = self.workers(server)
            vaults = {site: one.ask(site, "seal") for site in (a, b, only_key)}
            for nonce, worker in zip("nmxy", workers * 2):
                for site in (a, None, b, only_key):
                    # The third site has only a key of its own.
                    expected = "token_used" if site is only_key else "first"
                    self.assertEqual(worker.ask(site, "nonce", nonce=nonce), expected, (pool, nonce))
                    for of, slots in vaults.items():
                        answer = worker.ask(site, "open", slots=slots)
                        why = "vault_key_changed" if site or pool else "key_file_unusable"
                        self.assertEqual(answer.partition(":")[0], "opened" if of is site else why)
                self.assertEqual(worker.ask(None, "shown", text=str(only_key.key)), "not shown")
                self.assertEqual(worker.ask(None, "ini", entry="countersign.key_file"), str(only_key.key))
            self.assert_both_served(workers, [a, b, only_key, None])
            self.assertEqual(os.listdir(server.state) == [], bool(pool))

    def test_a_request_that_ends_early_leaves_no_setting_to_the_next_one(self):
        server = self.server()
        a, b = Site(server, "a"), Site(server, "b")
        for worker in self.workers(server):
            sealed = worker.ask(a, "seal")
            for how in ("exit", "fatal", "memory", "finish", "exception", "shutdown"):
                worker.ask(a, "end", how=how)
                self.assertEqual(worker.ask(None, "open", slots=sealed).partition(":")[0], "key_file_unusable", how)
                worker.ask(a, "end", how=how)
                self.assertEqual(worker.ask(b, "open", slots=sealed).partition(":")[0], "vault_key_changed", how)
                self.assertEqual(worker.ask(b, "nonce", nonce=f"{worker.pid} {how}"), "first", how)
                self.assertEqual(worker.ask(a, "nonce", nonce=f"{worker.pid} {how}"), "first", how)

    def test_a_wrong_setting_of_one_site_leaves_the_other_alone(self):
        server = self.server()
        good = Site(server, "good")
        wrong = [
            Site(server, "size", store_size="64M"),
            Site(server, "engine", store="memcached"),
            Site(server, "relative", state_dir="var/state"),
            Site(server, "empty", state_dir=""),
        ]
        for worker in self.workers(server):
            for site in wrong:
                self.assertEqual(worker.ask(good, "store"), "lmdb")
                self.assertRegex(worker.ask(site, "store"), "^store_unavailable: countersign[.](store|state_dir)")
                self.assertEqual(worker.ask(good, "store"), "lmdb")
        self.assertEqual(list(WWW.rglob("store-*")), [], "a store lies in the web root")


class OneSite(Case):
    def test_a_user_ini_file_changes_no_setting(self):
        server = self.server()
        web = server.folder / "web"
        web.mkdir()
        shutil.copy(WWW / "site.php", web)
        (web / ".user.ini").write_text(
            f"precision = 7\ncountersign.state_dir = {server.folder}/other\ncountersign.key_file = {server.folder}/other\n"
        )
        for worker in self.workers(server):
            worker.script = str(web / "site.php")
            for _ in range(2):
                self.assertEqual(worker.ask(None, "ini", entry="precision"), "7", "the file was not read")
                self.assertEqual(worker.ask(None, "ini", entry="countersign.state_dir"), str(server.state))
                self.assertEqual(worker.ask(None, "ini", entry="countersign.key_file"), "")
                self.assertEqual(worker.ask(None, "store"), "lmdb")
        self.assertIn("current", os.listdir(server.state))
        self.assertFalse((server.folder / "other").exists())

    def test_a_script_changes_no_setting_that_came_in_php_value(self):
        # Who attacks: a script of one site of the pool, bounded by open_basedir. It has ini_set() and ini_restore(). It wants the
        # folder or the key of another site, to whose paths open_basedir would not apply as values of INI entries.
        server = self.server()
        a, b = Site(server, "a"), Site(server, "b")
        a.variables["PHP_VALUE"] = a.variables.pop("PHP_ADMIN_VALUE") + "\nprecision=7"
        a.variables["PHP_ADMIN_VALUE"] = f"open_basedir={a.folder}:{WWW}"
        entries = {"state_dir": b.state, "key_file": b.key, "store": "memcached", "store_size": 1}
        for worker in self.workers(server):
            sealed = worker.ask(b, "seal")
            for site in (a, None, a):
                self.assertEqual(worker.ask(site, "set", entry="precision", value=3), "set")
                for entry, value in entries.items():
                    answer = worker.ask(site, "set", entry=f"countersign.{entry}", value=value)
                    self.assertEqual(answer, "refused", (site, entry))
            self.assertEqual(worker.ask(a, "store"), "lmdb")
            self.assertRegex(worker.ask(a, "open", slots=sealed), "^vault_key_changed: ")

    def test_a_section_of_php_ini_changes_settings_for_its_folder(self):
        server = self.server(ini="[PATH={folder}/web]\ncountersign.key_file = {folder}/section\n")
        a = Site(server, "a")
        Site(server, "section-site").key.rename(server.folder / "section")
        (server.folder / "web").mkdir()
        in_section = shutil.copy(WWW / "site.php", server.folder / "web")
        for worker in self.workers(server):
            elsewhere = worker.script
            slots = {}
            # php-fpm has left the value of the first site in its worker when the others are served.
            for script, site, name in [(elsewhere, a, "a"), (in_section, None, "section")] * 2:
                worker.script = script
                slots[name] = worker.ask(site, "seal")
                for of, text in slots.items():
                    answer = worker.ask(site, "open", slots=text)
                    self.assertEqual(answer.partition(":")[0], "opened" if of == name else "vault_key_changed")
            worker.script = elsewhere
            self.assertRegex(worker.ask(None, "seal"), "^key_file_unusable: no key file is configured")

    def test_open_basedir_of_a_site_bounds_the_paths_of_its_scripts(self):
        server = self.server()
        a, b = Site(server, "a"), Site(server, "b")
        a.variables["PHP_ADMIN_VALUE"] += f"\nopen_basedir={a.folder}/web:{WWW}"
        (a.folder / "web").mkdir()
        (a.folder / "web/state").mkdir(mode=0o700)
        # Without a value of its own, the other site would get that of the first: php-fpm keeps values of PHP_ADMIN_VALUE.
        b.variables["PHP_ADMIN_VALUE"] += "\nopen_basedir="
        for worker in self.workers(server):
            for _ in range(2):
                # The folder of the INI entry lies outside open_basedir.
                self.assertEqual(worker.ask(a, "store"), "lmdb")
                self.assertEqual(worker.ask(a, "named", dir=f"{a.folder}/web/state"), "lmdb")
                self.assertRegex(worker.ask(a, "named", dir=b.state), "^store_unavailable: .* is not within open_basedir: ")
                self.assertEqual(worker.ask(b, "named", dir=b.state), "lmdb")
