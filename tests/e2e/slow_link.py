"""A TCP connection whose every piece arrives late."""

import socket
import threading
import time


class SlowLink:
    """From a port of its own to `target`; what is sent to the target waits for `delay` seconds."""

    def __init__(self, target):
        self.target, self.delay = target, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self.carry, args=(near, far), daemon=True).start()

    def carry(self, near, far):
        with near, far:
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self.copy, args=(far, near, False), daemon=True)
            back.start()
            self.copy(near, far, True)
            back.join()

    def copy(self, source, target, late):
        try:
            while piece := source.recv(65536):
                if late and self.delay:
                    time.sleep(self.delay)
                target.sendall(piece)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
