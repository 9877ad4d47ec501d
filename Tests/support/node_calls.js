// One call of each Node client:   node node_calls.js NAME URL API_KEY
// Prints the answer's body. The proxy comes from https_proxy, which Node itself does not read.
"use strict";
const http = require("node:http");
const http2 = require("node:http2");
const https = require("node:https");
const tls = require("node:tls");

/** A TLS connection through the proxy; `done` receives an error or the socket. */
function tunnel(host, port, options, done) {
  const proxy = new URL(process.env.https_proxy);
  const proof = Buffer.from(`${proxy.username}:${decodeURIComponent(proxy.password)}`).toString("base64");
  const request = http.request({
    host: proxy.hostname, port: proxy.port, method: "CONNECT", path: `${host}:${port}`,
    headers: { Host: `${host}:${port}`, "Proxy-Authorization": `Basic ${proof}` },
  });
  request.on("connect", (answer, socket) => {
    if (answer.statusCode !== 200) return done(new Error(`the proxy said ${answer.statusCode}`));
    const secure = tls.connect({ ...options, socket, servername: host }, () => done(null, secure));
    secure.on("error", done);
  });
  request.on("error", done).end();
}

class TunnelAgent extends https.Agent {
  createConnection(options, done) {
    tunnel(options.host, options.port, options, done);
  }
}

async function print(stream) {
  for await (const piece of stream.setEncoding("utf8")) process.stdout.write(piece);
}

const calls = {
  /** `https`, with an agent. */
  https(url, headers) {
    https.get(url, { headers, agent: new TunnelAgent({ keepAlive: false }) }, print);
  },

  /** `https` as it is. */
  https_alone(url, headers) {
    https.get(url, { headers }, print);
  },

  http2(url, headers) {
    tunnel(url.hostname, 443, { ALPNProtocols: ["h2"] }, (error, socket) => {
      if (error) throw error;
      const session = http2.connect(url.origin, { createConnection: () => socket });
      const stream = session.request({ ":path": url.pathname, ...headers });
      print(stream).finally(() => session.close());
    });
  },
};

const [name, url, key] = process.argv.slice(2);
calls[name](new URL(url), { authorization: `Bearer ${key}` });
