"""pools.py FOLDER USER...: asks the pool of each user, whose socket is FOLDER/USER.sock, twice for the same nonce."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fpm"))

from fastcgi import Connection  # noqa: E402

folder, *users = sys.argv[1:]
sockets = [Path(folder) / f"{user}.sock" for user in users]
end = time.monotonic() + 20
while not all(socket.exists() for socket in sockets):
    assert time.monotonic() < end, "php-fpm did not start"
    time.sleep(0.01)
for socket in sockets:
    for expected in ("first", "token_used"):
        said = Connection(str(socket)).get("/packages/www/nonce.php", keep=False, nonce="n").split()[1]
        assert said == expected, f"{socket.name}: {said} instead of {expected}"
