"""An origin for load: answers everything with two bytes, and writes down what came and when.

    python load_origin.py LOG [CERTIFICATE]

Speaks TLS if it has a certificate. Prints its port. Once its standard input ends it writes LOG, a line for a request:
the last segment of the path, the value of Authorization, and the monotonic nanoseconds at which its head was complete.
"""

import asyncio
import gc
import ssl
import sys
import time

LOG, *CERTIFICATE = sys.argv[1:]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
lines = []


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.held = transport, b""

    def data_received(self, data):
        data = self.held + data if self.held else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            now = time.monotonic_ns()
            head, data = data[:end].decode("latin-1"), data[end + 4 :]
            target, _, _ = head.partition("\r\n")[0].partition(" ")[2].partition(" ")
            values = [line[15:] for line in head.split("\r\n") if line[:15].lower() == "authorization: "]
            lines.append(f"{target.rpartition('/')[2]} {'|'.join(values)} {now}\n")
            self.transport.write(ANSWER)
        self.held = data


async def main():
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if CERTIFICATE else None
    if context:
        context.load_cert_chain(*CERTIFICATE)
    server = await loop.create_server(Connection, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


gc.disable()
asyncio.run(main())
with open(LOG, "w") as log:
    log.writelines(lines)
