"""A network that forgets: connections that exist pass nothing any more, new ones do."""

import os
import shutil
import socket
import subprocess
import threading

HERE, BEFORE, AFTER = "10.9.0.2", "10.9.0.1", "10.9.0.3"


def own_network():
    """The words before a command that give it a network of its own, of which nothing leads out; [] where we may not."""
    alone = ["unshare", "--net", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net", "--mount"]
    if not (shutil.which("unshare") and shutil.which("ip")):
        return []
    return [] if subprocess.run([*alone, "true"], capture_output=True).returncode else alone


def is_alone():
    """Whether this network has a loopback only. Then it may be changed: nobody else is in it."""
    return [name for _number, name in socket.if_nameindex()] == ["lo"] and os.environ.get("PORTAL_WEATHER") == "alone"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Wire:
    """A TCP port before PostgreSQL's socket. Clients come from one address, and after forget() from another one.

    In a network of its own the first address is taken away then, so the kernel's own means have to find out, as behind
    a firewall. Elsewhere the bytes are dropped here, which only the portal's own looking can find out.
    """

    def __init__(self, server):
        self.server, self.lines, self.is_alone = server, [], is_alone()
        if self.is_alone:
            for address in (HERE, BEFORE, AFTER):
                ip("address", "add", f"{address}/32", "dev", "lo")
            self._come_from(BEFORE)
        self.host = HERE if self.is_alone else "127.0.0.1"
        self.door = socket.create_server((self.host, 0), backlog=200)
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    @staticmethod
    def _come_from(address):
        ip("route", "replace", "table", "local", "local", HERE, "dev", "lo", "src", address)

    def _welcome(self):
        while True:
            try:
                client, _address = self.door.accept()
            except OSError:
                return
            behind = socket.socket(socket.AF_UNIX)
            try:
                behind.connect(self.server)
            except OSError:
                client.close()
                continue
            line = {"passes": True, "sockets": (client, behind)}
            self.lines.append(line)
            for source, target in ((client, behind), (behind, client)):
                threading.Thread(target=self._carry, args=(line, source, target), daemon=True).start()

    @staticmethod
    def _carry(line, source, target):
        try:
            while piece := source.recv(65536):
                if line["passes"]:
                    target.sendall(piece)
            if line["passes"]:
                target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def forget(self):
        """Returns how many connections were open."""
        count = len(self.lines)
        if self.is_alone:
            self._come_from(AFTER)
            ip("address", "del", f"{BEFORE}/32", "dev", "lo")
        else:
            for line in self.lines:
                line["passes"] = False
        return count

    def close(self):
        for one in (self.door, *(end for line in self.lines for end in line["sockets"])):
            one.close()
