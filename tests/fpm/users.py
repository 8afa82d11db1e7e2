"""Pools of several system users in one php-fpm that share the state folder, with the settings that everybody has.

Who attacks: another local user, who runs PHP scripts of their own in another pool of the same php-fpm.
What they want: the store or the sealing keys of another user, or that this user cannot work.
"""

import os
import shutil
import stat
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastcgi import Connection
from server import EXTENSION, PHP_FPM, WWW, Server

POOL = """
[user-{user}]
listen = {folder}/fpm-{user}
user = {user}
group = {user}
pm = static
pm.max_children = {workers}
catch_workers_output = yes
"""

# Users that nobody needs to have created: php-fpm accepts numbers.
ANNA, BERT = 20001, 20002


class SharedServer(Server):
    """A php-fpm with one pool for each user. All use the same state folder, which the package would have made."""

    def __init__(self, workers=2, mode=0o1733):
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-fpm-"))
        self.folder.chmod(0o711)
        self.state = self.folder / "state"
        self.state.mkdir()
        self.state.chmod(mode)
        self.www = self.folder / "www"
        shutil.copytree(WWW, self.www)
        for path in (self.www, *self.www.rglob("*")):
            path.chmod(0o755)
        self.redis = None
        self.workers = 2 * workers
        self.socket = f"{self.folder}/fpm-{BERT}"
        configuration = f"[global]\nerror_log = {self.folder}/fpm.log\npid = {self.folder}/fpm.pid\n"
        for user in (ANNA, BERT):
            configuration += POOL.format(user=user, folder=self.folder, workers=workers)
        (self.folder / "fpm.conf").write_text(configuration)
        self.command = [PHP_FPM, "-n", "-F", "-y", str(self.folder / "fpm.conf")]
        self.command += ["-d", f"extension={EXTENSION}", "-d", f"countersign.state_dir={self.state}"]
        self.start()

    def own(self, user):
        return self.state / f"user-{user}"

    def ask(self, user, do, script="site.php", **query):
        """Returns the answer of a worker of the user's pool."""
        connection = Connection(f"{self.folder}/fpm-{user}")
        return connection.get(str(self.www / script), keep=False, do=do, **query).partition(" ")[2]


@unittest.skipIf(os.geteuid(), "only root can start pools of other users")
class ManyUsers(unittest.TestCase):
    def server(self, **options):
        server = SharedServer(**options)
        self.addCleanup(server.remove)
        return server

    def assert_private(self, server, user):
        about = server.own(user).lstat()
        self.assertTrue(stat.S_ISDIR(about.st_mode))
        self.assertEqual((about.st_uid, about.st_mode & 0o7777), (user, 0o700))
        for entry in server.own(user).iterdir():
            about = entry.lstat()
            self.assertEqual((about.st_uid, about.st_mode & 0o7777), (user, 0o600), entry)

    def test_each_user_gets_a_folder_of_its_own_by_itself(self):
        server = self.server()
        self.assertEqual(server.ask(BERT, "ini", entry="countersign.state_dir"), str(server.state))
        self.assertEqual(os.listdir(server.state), [], "a request that does not use the store made a folder")
        for user in (ANNA, BERT):
            self.assertEqual(server.ask(user, "nonce", nonce="n"), "first")
            self.assertEqual(server.ask(user, "nonce", nonce="n"), "token_used")
            self.assert_private(server, user)
        self.assertEqual(sorted(os.listdir(server.state)), [f"user-{ANNA}", f"user-{BERT}"])

    def test_many_processes_of_a_user_make_one_folder_at_once(self):
        for _ in range(5):
            server = self.server(workers=8)
            with ThreadPoolExecutor(16) as pool:
                said = list(pool.map(lambda n: server.ask(ANNA, "nonce", nonce=n // 8), range(64)))
            self.assertEqual((said.count("first"), said.count("token_used")), (8, 56), said)
            self.assert_private(server, ANNA)

    def test_the_umask_of_a_script_changes_no_mode(self):
        server = self.server()
        for user, umask in ((ANNA, 0), (BERT, 0o777)):
            server.ask(user, "umask", script="neighbour.php", umask=umask, state=server.state, of=user)
            about = server.own(user).lstat()
            self.assertEqual((about.st_uid, about.st_mode & 0o7777), (user, 0o700), oct(umask))
        self.assert_private(server, ANNA)

    def test_a_neighbour_can_neither_read_nor_remove_nor_replace_the_folder(self):
        server = self.server()
        self.assertEqual(server.ask(ANNA, "nonce", nonce="n"), "first")
        before = {entry: entry.lstat() for entry in (server.own(ANNA), *server.own(ANNA).iterdir())}
        said = server.ask(BERT, "attack", script="neighbour.php", state=server.state, of=ANNA)
        self.assertEqual(said, "nothing succeeded")
        self.assertEqual({entry: entry.lstat() for entry in before}, before)
        self.assertEqual(server.ask(ANNA, "nonce", nonce="n"), "token_used")

    def test_a_name_that_a_neighbour_took_first_is_refused_by_name(self):
        for what in ("folder", "file", "link", "link to own", "dangling link"):
            with self.subTest(what):
                server = self.server()
                said = server.ask(BERT, "squat", script="neighbour.php", state=server.state, of=ANNA, by=BERT, what=what)
                self.assertEqual(said, "squatted")
                name = f"user-{ANNA}"
                self.assertEqual(
                    server.ask(ANNA, "store"),
                    f"store_unavailable: {name} in the state folder is not a folder of user {ANNA}: as root, remove it, "
                    f"then run `mkdir -m 0700 {name}` and `chown {ANNA} {name}` there",
                )
                # Nothing was written where the neighbour can read it, and the neighbour works on.
                self.assertEqual(server.ask(BERT, "nonce", nonce="n"), "first")
                self.assertEqual(list(server.state.glob("trap/*")), [])
                # What the message tells root to do.
                own = server.own(ANNA)
                own.rmdir() if own.is_dir() and not own.is_symlink() else own.unlink()
                own.mkdir(mode=0o700)
                os.chown(own, ANNA, -1)
                self.assertEqual(server.ask(ANNA, "nonce", nonce="n"), "first")
                self.assert_private(server, ANNA)

    def test_a_shared_folder_of_another_owner_or_mode_is_refused(self):
        server = self.server()
        for owner, mode, why in (
            (ANNA, 0o1733, "is writable by other users"),
            (BERT, 0o1733, "belongs to another user"),
            (0, 0o733, "is writable by other users"),
            (0, 0o777, "is writable by other users"),
            (0, 0o755, "belongs to another user"),
            (0, 0o700, "belongs to another user"),
        ):
            os.chown(server.state, owner, -1)
            server.state.chmod(mode)
            self.assertRegex(server.ask(ANNA, "store"), f"^store_unavailable: the state folder {why}: ")
            self.assertEqual(os.listdir(server.state), [], f"{owner} {mode:o}")

    def test_root_can_make_the_folders_of_the_users_beforehand(self):
        # Mode 0711: no user can take the name of another.
        server = self.server(mode=0o711)
        server.own(ANNA).mkdir(mode=0o700)
        os.chown(server.own(ANNA), ANNA, ANNA)
        self.assertEqual(server.ask(ANNA, "nonce", nonce="n"), "first")
        self.assert_private(server, ANNA)
        self.assertRegex(server.ask(BERT, "store"), "^store_unavailable: the state folder belongs to another user: ")
