"""Calls by gRPC, without a gRPC library: HTTP/2 with prior knowledge (RFC 9113) over a Unix socket, one at a time.

Headers are sent as plain literals and never read; protobuf's wire format is read by hand.
"""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 0x1, 0x4, 0x1
INITIAL_WINDOW_SIZE = 4
WINDOW = 2**31 - 1  # the whole of one, so that nothing waits for an update
CONNECTION_WINDOW_AT_FIRST = 65535
ENDS_AFTER_BYTES = 2**30

GENERATE = "/easel.v1.ImageService/Generate"
STATUS = "/easel.v1.ImageService/Status"
HEALTH = "/grpc.health.v1.Health/Check"
RESULT_OF_EVENT, SECONDS_OF_RESULT, STAGE, SECONDS = 10, 14, 1, 2
MODEL, PROMPT, STEPS, SEED, NUM_IMAGES = 2, 3, 7, 9, 10
RUNNING_OF_STATUS, STATUS_OF_HEALTH, SERVING = 7, 1, 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def read_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return number, at


def fields(data):
    """(number, value) of a message; bytes, whole numbers or doubles."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 2:
            size, at = read_varint(data, at)
            value, at = data[at : at + size], at + size
        else:  # the only one left that proto3 writes
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        yield key >> 3, value


def text_field(number, text):
    return varint(number << 3 | 2) + varint(len(text.encode())) + text.encode()


def generate_request(prompt, steps, seed, num_images=1):
    whole = ((STEPS, steps), (SEED, seed), (NUM_IMAGES, num_images))
    return (text_field(MODEL, "demo") + text_field(PROMPT, prompt)
            + b"".join(varint(number << 3) + varint(value) for number, value in whole))


def stage_seconds(messages):
    """{stage: seconds} of the result, or None where no message is one."""
    for message in messages:
        for number, value in fields(message):
            if number == RESULT_OF_EVENT:
                stages = [dict(fields(stage)) for key, stage in fields(value) if key == SECONDS_OF_RESULT]
                return {stage[STAGE].decode(): stage.get(SECONDS, 0.0) for stage in stages}
    return None


class GrpcConnection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.reader = self.socket.makefile("rb")
        self.stream = 1
        self.received = 0
        update = struct.pack(">I", WINDOW - CONNECTION_WINDOW_AT_FIRST)
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, WINDOW))
                            + frame(WINDOW_UPDATE, 0, 0, update))

    def close(self):
        self.reader.close()
        self.socket.close()

    def generate(self, prompt, steps, seed):
        """{stage: seconds} as the worker told them, once the call has ended."""
        found = stage_seconds(self.call(GENERATE, generate_request(prompt, steps, seed)))
        if found is None:
            raise RuntimeError("the worker sent no result")
        return found

    def job_runs(self):
        """What Status says."""
        return any(number == RUNNING_OF_STATUS for answer in self.call(STATUS) for number, _ in fields(answer))

    def is_serving(self):
        """What the health service says."""
        return any(pair == (STATUS_OF_HEALTH, SERVING) for answer in self.call(HEALTH) for pair in fields(answer))

    def call(self, method, request=b""):
        """The answer's messages, once the call has ended."""
        self.send(method, request)
        answer = self.messages()
        self.stream += 2
        return answer

    def send(self, method, request):
        head = b"".join(literal(*pair) for pair in (
            (":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers")))
        message = struct.pack(">BI", 0, len(request)) + request
        self.socket.sendall(frame(HEADERS, END_HEADERS, self.stream, head)
                            + frame(DATA, END_STREAM, self.stream, message))

    def messages(self):
        body = b"".join(self.data_frames())
        at, messages = 0, []
        while at < len(body):
            size = struct.unpack_from(">I", body, at + 1)[0]
            messages.append(body[at + 5 : at + 5 + size])
            at += 5 + size
        return messages

    def data_frames(self):
        while True:
            head = self.reader.read(9)
            size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            payload = self.reader.read(size)
            if kind in (SETTINGS, PING) and not flags & ACK:
                self.socket.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))
            elif kind in (RESET, GOAWAY):
                raise RuntimeError("the worker broke off the call")
            elif kind == DATA:
                self.received += size
                if self.received > ENDS_AFTER_BYTES:
                    raise RuntimeError("the connection's window is used up")
                yield payload
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                return
