#!/usr/bin/env python3
"""The demo's upstream: a TLS server that answers with what it received, and tells its owner all of it.

    echo_origin.py CERTIFICATE KEY

Prints its port, then one JSON line for each request. The answer to the client is the same, credential and all: it is
for Postern to keep that from the agent.
"""

import http.server
import json
import ssl
import sys


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demo-origin", ""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        received = {"request": f"{self.command} {self.path} {self.request_version}",
                    "headers": self.headers.items(), "body": body.decode(errors="replace")}
        print(json.dumps(received), flush=True)
        answer = json.dumps(received | {"headers": dict(received["headers"])}, indent=2).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()
