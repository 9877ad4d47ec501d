"""Addresses, resolution, certificates and redirects (attacks 67 to 79, and 107)."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from conftest import needs_root
from support.ca import CertificateAuthority
from support.client import request
from support.dns import DNSServer
from support.entries import PLAIN
from support.expect import by_plain, refused, table
from support.namespace import Namespace
from support.origin import RecordingOrigin, answer, fixed
from support.topology import A, B
from support.waiting import wait_until

attack = pytest.mark.attack


def ask(topology, target: str, host: str | None = None, method: str = "GET"):
    """One request through the agent's own socket."""
    host = host if host is not None else target.partition("://")[2].partition("/")[0]
    with topology.connect(agent_socket=A) as client:
        client.send(request(method, target, host))
        return client.response(method)


# Addresses written as hosts.

LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "127.000.000.001",
    "127.0.0.0x1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "[::1%25lo]",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "127.0.0.1%00",
    "127.255.255.254",
    "127.0.0.1.nip.io",
]


@attack(67)
@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_in_any_spelling(topology, host):
    written = f"{host.encode().decode('latin-1')}:{topology.canary.port}"
    refused(topology, request("GET", f"http://{written}/", written), 400, 403, closes=False)


PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.192",
    "198.18.0.1",
    "240.0.0.1",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[ff02::1]",
    "[fc00::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "metadata.google.internal",
    "metadata",
    "instance-data",
]


@attack(68)
@pytest.mark.parametrize("host", PRIVATE)
def test_private_and_metadata_addresses_at_once(topology, host):
    started = time.monotonic()
    refused(topology, request("GET", f"http://{host}/latest/meta-data/", host), 400, 403, closes=False)
    assert time.monotonic() - started < 1


@attack(67, 68)
@table(
    {
        "loopback": "127.0.0.1:{port}",
        "mapped": "[::ffff:127.0.0.1]:{port}",
        "v6": "[::1]:{port}",
        "NAT64": "[64:ff9b::7f00:1]:{port}",
        "any": "0.0.0.0:{port}",
        "whole block": "127.9.9.9:{port}",
        "private": "10.1.2.3:{port}",
        "link-local": "169.254.169.254:{port}",
        "carrier": "100.64.0.1:{port}",
        "6to4": "[2002:7f00:1::]:{port}",
        "compatible": "[::127.0.0.1]:{port}",
        "unique local": "[fc00::1]:{port}",
        "multicast": "224.0.0.1:{port}",
        "broadcast": "255.255.255.255:{port}",
        "link-local v6": "[fe80::1]:{port}",
    }
)
def test_an_address_that_a_rule_names_is_still_not_dialled(make_topology, row):
    """The rule says where, not that the inside may be reached: that takes allow_private."""
    authority = ""

    def edit(topology, config):
        nonlocal authority
        authority = row.format(port=topology.canary.port)
        scheme = "http" if topology.entry == PLAIN else "https"
        config.add("egress", name="inside", agent=A, hosts=[authority], scheme=scheme)

    topology = make_topology(edit, starts=False)
    try:
        topology.start()
    except AssertionError:
        assert topology.daemon is None
        return  # refused when loaded: as good
    topology.begin()
    started = time.monotonic()
    response = ask(topology, f"http://{authority}/")
    assert (response.status, response.code) == (403, "destination_prohibited")
    assert time.monotonic() - started < 2
    topology.assert_untouched()


@attack(68)
def test_a_private_address_is_dialled_where_it_is_allowed(make_topology, authority):
    origin = RecordingOrigin(authority.leaf("127.0.0.1"), "private")
    topology = make_topology(
        lambda topology, config: config.add(
            "egress",
            name="inside",
            agent=A,
            hosts=[origin.authority],
            allow_private=True,
            ca_file=str(authority.path),
        )
    )
    assert ask(topology, f"http://{origin.authority}/x").status == 200
    assert origin.requests[0].values("host") == [origin.authority]
    origin.close()


# Names. The daemon lives in a namespace where we are the resolver.

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:220:1::1"
PORT = 8443
INSIDE = {
    "loopback.test": ["127.0.0.1"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "nat64.test": ["64:ff9b::7f00:1"],
    "v6.test": ["::1"],
    "any.test": ["0.0.0.0"],
    "private.test": ["10.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "carrier.test": ["100.64.0.1"],
    "local.test": ["fd00::1"],
    "sixtofour.test": ["2002:7f00:1::"],
    "compatible.test": ["::127.0.0.1"],
    "linklocal.test": ["fe80::1"],
    "multicast.test": ["224.0.0.1"],
    "teredo.test": ["2001:0:7f00:1::"],
    "other.test": ["127.8.8.8"],
}
MIXED = {
    "mixed.test": [PUBLIC, "127.0.0.1"],
    "mixed6.test": ["127.0.0.1", PUBLIC, "::1"],
    "mixed4.test": ["::1", PUBLIC],
}


class Network:
    """A topology in a namespace, its resolver, an origin at a public address and a canary inside, on the same port."""

    def __init__(self, namespace, make_topology, authority: CertificateAuthority):
        self.public = RecordingOrigin(authority.leaf("rebind.test", "*.names.test", *MIXED), "public", PUBLIC, PORT)
        self.inside = RecordingOrigin(authority.leaf("rebind.test", *INSIDE, *MIXED), "inside", "127.0.0.1", PORT)
        self.inside6 = RecordingOrigin(
            authority.leaf("rebind.test", *INSIDE, *MIXED), "inside6", "::1", PORT, family=socket.AF_INET6
        )
        self.dns = DNSServer({**INSIDE, **MIXED})

        def edit(_topology, config):
            hosts = ["rebind.test", "*.names.test", *INSIDE, *MIXED]
            config.add(
                "egress", name="names", agent=A, hosts=[f"{host}:{PORT}" for host in hosts], ca_file=str(authority.path)
            )
            config.find("grant", secret="good")["paths"] = ["/v1/**"]
            config.find("provider", name="good").pop("connect_to")  # so that reaching it takes a lookup

        self.topology = make_topology(edit, wrapper=namespace.wrapper)

    def close(self) -> None:
        for part in (self.public, self.inside, self.inside6, self.dns):
            part.close()


@pytest.fixture
def network(make_topology, authority):
    namespace = Namespace(addresses=(f"{PUBLIC}/32", f"{PUBLIC_V6}/128"))
    with namespace.entered():
        network = Network(namespace, make_topology, authority)
        try:
            yield network
            network.topology.verify()
            network.topology.daemon.terminate()
        finally:
            network.close()
            namespace.close()


def prohibited(network: Network, host: str) -> None:
    response = ask(network.topology, f"http://{host}:{PORT}/x")
    assert (response.status, response.code) == (403, "destination_prohibited"), host
    assert not network.inside.connections and not network.inside6.connections, host


@attack(69)
@needs_root
def test_names_that_resolve_inside(network):
    for host in INSIDE:
        prohibited(network, host)
        assert network.dns.asked_for(host), "the name was never looked up"


@attack(69)
@needs_root
def test_a_name_that_resolves_outside_is_reached(network):
    network.dns.names["a.names.test"] = [PUBLIC]
    assert ask(network.topology, f"http://a.names.test:{PORT}/x").status == 200
    assert network.public.requests[0].values("host") == [f"a.names.test:{PORT}"]


@attack(70)
@needs_root
@table(
    {
        "at the second query": lambda number: [PUBLIC] if number == 0 else ["127.0.0.1"],
        "at the third query": lambda number: [PUBLIC] if number < 2 else ["127.0.0.1"],
        "in turn": lambda number: [PUBLIC] if number % 2 == 0 else ["127.0.0.1"],
        "to v6": lambda number: [PUBLIC] if number == 0 else ["::1"],
    }
)
def test_a_name_that_changes_its_mind(network, row):
    network.dns.names["rebind.test"] = row
    network.public.handler = fixed(b"public", headers=[("Connection", "close")])
    answers = {ask(network.topology, f"http://rebind.test:{PORT}/{number}").status for number in range(6)}
    assert answers <= {200, 403}
    assert not network.inside.connections and not network.inside6.connections


@attack(71)
@needs_root
def test_one_bad_address_among_good_ones_is_never_dialled(network):
    for host in MIXED:
        assert ask(network.topology, f"http://{host}:{PORT}/x").status in (200, 403)
    network.public.close()
    for host in MIXED:
        assert ask(network.topology, f"http://{host}:{PORT}/x").status in (502, 403, 504)
    assert not network.inside.connections and not network.inside6.connections


@attack(72)
@needs_root
def test_no_query_leaves_for_what_policy_refuses(network):
    topology = network.topology
    for target in (
        "http://exfiltrated-data.evil.example/",
        "http://names.test/",
        "http://x.names.test:444/",
        "http://good.test:444/v1/ok",
    ):
        assert ask(topology, target).status in (400, 403)
    assert ask(topology, "http://good.test/admin").status == 403
    assert ask(topology, "http://good.test/v1/ok", method="DELETE").status == 403
    assert ask(topology, "http://good.test/v1/../x").status == 400
    assert topology.ask("GET", "http://good.test/v1/ok", agent=None).status == 407
    assert topology.ask("GET", "http://good.test/v1/ok", agent=B).status == 403
    time.sleep(0.3)
    assert network.dns.queries == []
    ask(topology, "http://good.test/v1/ok")  # the same name, allowed: it is the policy that kept it in
    assert network.dns.asked_for("good.test")


@attack(72)
@needs_root
def test_a_name_that_does_not_exist(network):
    response = ask(network.topology, f"http://nowhere.names.test:{PORT}/")
    assert (response.status, response.code) == (502, "dns_error")


@attack(107)
@needs_root
def test_names_that_nobody_answers_for_do_not_use_up_threads(network):
    topology = network.topology
    network.dns.silent = lambda name: name.startswith("slow")
    network.dns.names["quick.names.test"] = [PUBLIC]
    before = topology.daemon.threads()
    clients = []
    for number in range(1000):
        client = topology.connect(agent_socket=A)
        client.send(request("GET", f"http://slow{number}.names.test:{PORT}/", f"slow{number}.names.test:{PORT}"))
        clients.append(client)
    most = 0
    for _ in range(20):
        most = max(most, topology.daemon.threads())
        time.sleep(0.05)
    assert most - before < 200, f"{most} threads"
    for client in clients[:5]:
        client.sock.settimeout(30)
        assert client.response().code in ("dns_error", "connection_timeout", "overloaded")
    for client in clients:
        client.close()
    wait_until(
        lambda: ask(topology, f"http://quick.names.test:{PORT}/").status == 200,
        20,
        "names are resolved again",
        every=0.5,
    )


# The proxy itself, and schemes that are none of its business.


@attack(73)
@table({"address": "127.0.0.1", "name": "localhost", "any": "0.0.0.0", "v6": "[::1]", "own name": socket.gethostname()})
def test_requests_for_the_proxy_itself_do_not_loop(topology, row):
    authority = f"{row}:{topology.daemon.port}"
    for method, target in (
        ("GET", f"http://{authority}/"),
        ("GET", f"http://{authority}/via/good/v1/ok"),
    ):
        with topology.connect() as client:
            client.send(request(method, target, authority, [topology.identity()]))
            response = client.response(method)
        assert response.code
        assert 400 <= response.status < 600 or topology.good.requests
        assert len(topology.good.requests) <= 1


@attack(73)
def test_an_upstream_that_is_the_proxy_itself_does_not_loop(make_topology):
    """A rule that leads back here ends after one turn, with an answer and without a pile of connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def edit(topology, config):
        config.set("proxy", listen=[f"127.0.0.1:{port}"])
        config.add("egress", name="loop", agent=A, hosts=["loop.test"], scheme="http", connect_to=f"127.0.0.1:{port}")

    topology = make_topology(edit)
    before = topology.daemon.descriptors()
    response = ask(topology, "http://loop.test/x")
    assert 400 <= response.status < 600
    assert topology.daemon.descriptors() - before < 10
    topology.begin()  # the proxy was its own origin: the intents of that do not count for the others


@attack(75)
@table(
    {
        target: target
        for target in (
            "http+unix://%2Frun%2Fx.sock/v1/ok",
            "unix:/run/x.sock",
            "unix:///run/x.sock",
            "ftp://good.test/v1/ok",
            "file:///etc/passwd",
            "file://good.test/etc/passwd",
            "gopher://good.test/_x",
            "dict://good.test/d:x",
            "ws://good.test/v1/ok",
            "wss://good.test/v1/ok",
            "data:,x",
            "javascript:alert(1)",
            "ldap://good.test/x",
            "smb://good.test/x",
            "scp://good.test/x",
            "telnet://good.test/",
            "httpx://good.test/v1/ok",
            "http//good.test/v1/ok",
            "://good.test/v1/ok",
            "http:good.test/v1/ok",
            "about:blank",
            "tftp://good.test/x",
            "HTTP+UNIX://x/",
        )
    }
)
def test_other_schemes(topology, row):
    refused(topology, request("GET", row, "good.test"), 400, closes=False)


# The environment.


@attack(76)
def test_the_daemons_environment_does_not_route_or_trust(make_topology, tmp_path):
    """Proxy variables, netrc, curlrc, key logs and trust files of the environment have no effect."""
    environment = {}

    def edit(topology, config):
        canary = f"http://user:pass@{topology.canary.authority}"
        home = topology.directory / "home"
        home.mkdir()
        (home / ".netrc").write_text(
            "machine open.test login netrc password netrc-password\ndefault login d password d\n"
        )
        (home / ".netrc").chmod(0o600)
        (home / ".curlrc").write_text(f'proxy = "{canary}"\ninsecure\nheader = "X-Curlrc: yes"\n')
        environment.update(
            {
                name: canary
                for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "HTTP_PROXY")
            }
        )
        environment.update(
            HOME=str(home), CURL_HOME=str(home), NETRC=str(home / ".netrc"), SSLKEYLOGFILE=str(tmp_path / "keys.log")
        )
        environment.update(
            SSL_CERT_FILE=str(topology.authority.path),
            CURL_CA_BUNDLE=str(topology.authority.path),
            SSL_CERT_DIR=str(topology.authority.directory),
            OPENSSL_CONF=str(tmp_path / "none.cnf"),
        )
        config.find("provider", name="cookies").pop("ca_file")

    topology = make_topology(edit, environment=environment)
    for host in ("open.test", "egress.test", *by_plain(topology, ["plain.test"], [])):
        assert ask(topology, f"http://{host}/x").status == 200
    response = ask(topology, "http://cookies.test/x")
    assert (response.status, response.code) == (502, "tls_certificate_error"), (
        "a trust file of the environment was used"
    )
    topology.assert_untouched(topology.canary, topology.evil)
    assert all("x-curlrc" not in seen.names() and b"netrc" not in topology.open.raw for seen in topology.open.requests)
    assert not (tmp_path / "keys.log").exists()


# Certificates.


def _foreign(authority: CertificateAuthority):
    return CertificateAuthority(authority.directory / "foreign", "Foreign CA").leaf("good.test")


@attack(77)
@table(
    {
        "self-signed": lambda ca: ca.self_signed("good.test"),
        "wrong name": lambda ca: ca.leaf("evil.test"),
        "a longer name": lambda ca: ca.leaf("x.good.test"),
        "a wildcard too low": lambda ca: ca.leaf("*.good.test"),
        "expired": lambda ca: ca.expired("good.test"),
        "not yet valid": lambda ca: ca.not_yet_valid("good.test"),
        "for clients": lambda ca: ca.for_clients_only("good.test"),
        "another authority": _foreign,
    }
)
def test_certificates_that_prove_nothing(make_topology, authority, row):
    wrong = RecordingOrigin(row(authority), "wrong")
    topology = make_topology(
        lambda topology, config: config.find("provider", name="good").update(connect_to=wrong.authority)
    )
    response = ask(topology, "http://good.test/v1/ok")
    assert (response.status, response.code) == (502, "tls_certificate_error")
    assert not wrong.raw
    wrong.close()


@attack(77)
def test_old_tls_is_refused(make_topology, authority):
    old = RecordingOrigin(authority.leaf("good.test"), "old")
    old._context.set_ciphers("ALL:@SECLEVEL=0")
    old._context.minimum_version = ssl.TLSVersion.TLSv1
    old._context.maximum_version = ssl.TLSVersion.TLSv1_1
    topology = make_topology(
        lambda topology, config: config.find("provider", name="good").update(connect_to=old.authority)
    )
    response = ask(topology, "http://good.test/v1/ok")
    assert response.status == 502 and response.code in ("tls_error", "tls_certificate_error")
    assert not old.raw
    old.close()


@attack(77)
def test_an_origin_that_does_not_speak_tls(make_topology):
    plain = RecordingOrigin(name="speaks no TLS")
    topology = make_topology(
        lambda topology, config: config.find("provider", name="good").update(connect_to=plain.authority)
    )
    assert ask(topology, "http://good.test/v1/ok").status in (502, 504)
    assert b"GET" not in plain.raw
    plain.close()


# What an origin tells the client or us to remember.


@attack(78)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@table(
    {
        "evil": "http://evil.test/steal",
        "evil, TLS": "https://evil.test/steal",
        "other port": "https://good.test:8443/v1/ok",
        "no scheme": "//evil.test/steal",
        "admin": "/admin",
        "itself": "/v1/ok",
    }
)
def test_redirects_are_passed_on_and_not_followed(topology, status, row):
    topology.good.handler = lambda request: answer(b"moved", status=status, reason="Moved", headers=[("Location", row)])
    response = ask(topology, "http://good.test/v1/ok")
    assert response.status == status and len(topology.good.requests) == 1
    assert response.value("location") == row
    topology.assert_untouched(topology.evil, topology.evil_plain, topology.canary)


@attack(79)
def test_nothing_an_origin_says_is_remembered(topology):
    remembered = [
        ("Alt-Svc", f'h2="{topology.evil.authority}"; ma=86400, http/1.1="{topology.evil.authority}"; ma=86400'),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Set-Cookie", "session=1; Path=/"),
        ("Refresh", f"0; url=http://{topology.evil.authority}/"),
        ("Public-Key-Pins", "max-age=1"),
    ]
    topology.open.handler = fixed(b"ok", headers=remembered)
    topology.plain.handler = fixed(b"ok", headers=remembered)
    for agent in (A, B, A, B):
        response = topology.ask("GET", "http://open.test/x", agent=agent)
        assert response.status == 200 and not response.names() & {"alt-svc", "set-cookie"}
    for _ in range(by_plain(topology, 2, 0)):
        assert ask(topology, "http://plain.test/x").status == 200
    assert len(topology.open.requests) == 4 and len(topology.plain.requests) == by_plain(topology, 2, 0)
    assert all(not seen.names() & {"cookie", "alt-used"} for seen in topology.open.requests + topology.plain.requests)
    topology.assert_untouched(topology.evil)
