"""What ends with a request and what does not: the ratchet of a call, and the key file of records that root alone reads."""

import os
import secrets
import shutil
import tempfile
import unittest
from pathlib import Path

from fastcgi import Connection
from server import HERE, WWW, Server, until
from users import ANNA, SharedServer


class Ratchet(unittest.TestCase):
    def test_only_the_next_request_releases_the_ratchet(self):
        server = Server(workers=1)
        self.addCleanup(server.remove)
        connection = Connection(server.socket)
        self.addCleanup(connection.close)
        late = server.folder / "late"

        def ask(do):
            return connection.get(str(WWW / "records.php"), do=do, late=late).split()[1]

        for _ in range(3):
            self.assertEqual(ask("issue"), "done")
            late.unlink(missing_ok=True)
            self.assertEqual(ask("call"), "agent_at_work")
            until("the shutdown function", late.exists)
            self.assertEqual(late.read_text(), "agent_at_work")


@unittest.skipIf(os.geteuid(), "only root can start pools of other users")
class RecordKeyFile(unittest.TestCase):
    def server(self, key):
        server = SharedServer()
        self.addCleanup(server.remove)
        # The pool's user must be able to read the scripts.
        shutil.copytree(HERE.parent / "php" / "lib", server.folder / "php" / "lib")
        scripts = server.folder / "fpm-scripts" / "www"
        scripts.mkdir(parents=True)
        shutil.copy(WWW / "records.php", scripts)
        for path in (server.folder / "php", server.folder / "fpm-scripts", *server.folder.rglob("*.inc"), *scripts.rglob("*"), scripts, server.folder / "php" / "lib"):
            path.chmod(0o755)
        server.www = scripts
        server.quit()
        server.command += ["-d", f"countersign.record_key_file={key}"]
        server.start()
        return server

    def key(self):
        folder = Path(tempfile.mkdtemp(prefix="countersign-key-"))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        key = folder / "records.key"
        key.touch(mode=0o600)
        key.write_text(secrets.token_hex(32))
        return key

    def ask(self, server, do, variables=None, **query):
        connection = Connection(f"{server.folder}/fpm-{ANNA}")
        answer = connection.get(str(server.www / "records.php"), keep=False, variables=variables, do=do, **query)
        return answer.partition(" ")[2]

    def test_workers_seal_under_a_key_that_they_cannot_read(self):
        key = self.key()
        server = self.server(key)
        self.assertEqual(self.ask(server, "read", file=key), "not readable")
        text = self.ask(server, "seal")
        self.assertTrue(text.startswith("csr1."), text)
        self.assertEqual(self.ask(server, "state", text=text), "")
        # A worker that starts later, and a reload, read the same file.
        server.reload()
        self.assertEqual(self.ask(server, "state", text=text), "")
        key.write_text(secrets.token_hex(32))
        self.assertEqual(self.ask(server, "state", text=text), "")
        server.reload()
        self.assertEqual(self.ask(server, "state", text=text), "keys_changed")

    def test_setting_of_a_request_is_refused(self):
        server, other = self.server(self.key()), self.key()
        for value in (other, ""):
            variables = {"PHP_ADMIN_VALUE": f"countersign.record_key_file={value}"}
            refused = self.ask(server, "seal", variables)
            self.assertTrue(refused.startswith("key_file_unusable: countersign.record_key_file differs"), refused)
        self.assertTrue(self.ask(server, "seal").startswith("csr1."))

    def test_file_of_a_worker_is_refused(self):
        key = self.key()
        os.chown(key, ANNA, ANNA)
        refused = self.ask(self.server(key), "seal")
        self.assertTrue(refused.startswith("key_file_unusable: the key file of records does not belong to root"), refused)
