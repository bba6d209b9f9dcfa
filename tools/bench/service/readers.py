"""Many readers of one event stream in one thread of a process of its own.

It looks at its sockets 20 times a second, not at every event, so that the readers leave the cores to the programs.
"""

import select
import socket
import time

LOOK_EVERY = 0.05
BUFFER_BYTES = 1 << 18
TAIL_BYTES = 1 << 14  # more than the last event has


class Reader:
    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port))
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"
        self.socket.sendall(head.encode())
        self.socket.setblocking(False)
        self.bytes, self.steps, self.tail, self.refused, self.over = 0, 0, b"", False, False

    def take(self, buffer):
        """Reads what there is."""
        try:
            count = self.socket.recv_into(buffer)
        except BlockingIOError:
            return
        piece = bytes(memoryview(buffer)[:count])
        self.refused |= self.bytes == 0 and not piece.startswith(b"HTTP/1.1 200")
        self.bytes += count
        self.steps += piece.count(b"event: step")
        self.tail = (self.tail + piece)[-TAIL_BYTES:]
        self.over = count == 0 or self.refused or b"event: result" in self.tail or b"event: error" in self.tail


def read_streams(port, path, count, pipe):
    """Says "open" once all have the head of their answer, and in the end what they have read."""
    readers = [Reader(port, path) for _ in range(count)]
    poll = select.epoll()
    by_number = {reader.socket.fileno(): reader for reader in readers}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    buffer, told = bytearray(BUFFER_BYTES), False
    while not all(reader.over for reader in readers):
        for number, _ in poll.poll():
            by_number[number].take(buffer)
            if by_number[number].over:
                poll.unregister(number)
        if not told and all(reader.bytes for reader in readers):
            pipe.send("open")
            told = True
        time.sleep(LOOK_EVERY)
    steps = sorted(reader.steps for reader in readers)
    pipe.send({"refused": sum(reader.refused for reader in readers), "fewest_steps": steps[0], "most_steps": steps[-1],
               "bytes": sum(reader.bytes for reader in readers)})
