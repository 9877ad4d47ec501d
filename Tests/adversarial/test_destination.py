"""Targets that try to be read as another place, path or method than the granted one (attacks 48 to 66)."""

from __future__ import annotations

import pytest

from support.audit import intents
from support.client import request
from support.expect import by_plain, refused, table
from support.topology import A

attack = pytest.mark.attack


def ask(topology, target: str, host: str = "good.test", method: str = "GET"):
    """One request with exactly this target, through the agent's own socket."""
    with topology.connect(agent_socket=A) as client:
        client.send(request(method, target, host))
        return client.response(method)


def denied(topology, target: str, *statuses: int, host: str = "good.test", method: str = "GET"):
    """Refused by Postern, and nothing is sent anywhere."""
    message = request(method, target, host)
    return refused(topology, message, *(statuses or (400, 403)), closes=False)


USERINFO = [
    "http://good.test@evil.test/v1/ok",
    "http://good.test:80@evil.test/v1/ok",
    "http://good.test\\@evil.test/v1/ok",
    "http://good.test:1\\@evil.test/v1/ok",
    "http://good.test%40evil.test/v1/ok",
    "http://good.test#@evil.test/v1/ok",
    "http://good.test?@evil.test/v1/ok",
    "http:///evil.test/v1/ok",
    "http:/evil.test/v1/ok",
    "//evil.test/v1/ok",
    "http:evil.test/v1/ok",
    "http://evil.test\\.good.test/v1/ok",
    "http://evil.test%00.good.test/v1/ok",
    "http://@evil.test/v1/ok",
    "http://:@evil.test/v1/ok",
    "http://a@good.test@evil.test/v1/ok",
    "http://good.test;@evil.test/v1/ok",
    "http://evil.test%23.good.test/v1/ok",
    "http://good.test%2f@evil.test/v1/ok",
    "http://[good.test]@evil.test/v1/ok",
    "http://user:pass@good.test/v1/ok",
    "http://@good.test/v1/ok",
    "http:\\\\good.test\\v1\\ok",
    "http://evil.test&@good.test/v1/ok",
    "http://good.test,evil.test/v1/ok",
    "http://evil.test#good.test/v1/ok",
    "http://evil.test%5c@good.test/v1/ok",
    "http:////good.test/v1/ok",
]


@attack(48)
@pytest.mark.parametrize("host", ["good.test", "evil.test", "as spelled"])
@pytest.mark.parametrize("target", USERINFO)
def test_userinfo_and_broken_authorities(topology, target, host):
    spelled = target.partition("//")[2].partition("/")[0] or "good.test"
    denied(topology, target, host=spelled if host == "as spelled" else host)


@attack(49)
@table(
    {
        "8080": "8080",
        "0": "0",
        "443 and 2^16": "65979",
        "80 and 2^16": "65616",
        "two": "80:443",
        "none": "",
        "plus": "+80",
        "minus": "-80",
        "letter": "80a",
        "space": " 80",
        "hex": "0x50",
        "zero before": "080",
        "huge": "9" * 40,
        "dot": "80.",
        "octal": "0120",
        "percent": "%38%30",
        "22": "22",
        "1": "1",
    }
)
def test_another_port_is_another_destination(topology, row):
    denied(topology, f"http://good.test:{row}/v1/ok", host=f"good.test:{row}")


@attack(49)
def test_the_port_an_origin_really_listens_on_is_not_granted(topology):
    for origin in (topology.good, topology.evil_plain, topology.canary):
        denied(topology, f"http://good.test:{origin.port}/v1/ok", host=f"good.test:{origin.port}")


@attack(50)
@table({"case": "GOOD.test", "trailing dot": "good.test.", "port": "good.test:80", "both": "Good.Test.:80"})
def test_spellings_of_the_granted_host_are_made_one(topology, row):
    response = ask(topology, f"http://{row}/v1/ok", host=row)
    assert response.status in by_plain(topology, (200, 400), (200, 400, 403))  # what CONNECT names, it names as it is
    for seen in topology.good.requests:
        assert seen.values("host") == ["good.test"] and seen.connection.server_name == "good.test"
    if response.status == 200:
        assert {r["url.full"] for r in intents(topology.audit())} == {"https://good.test:443/v1/ok"}


@attack(50)
@table(
    {
        name: name
        for name in (
            "good%2etest",
            "good.test%00",
            "good.test%00.evil.test",
            "%67ood.test",
            "good。test",
            "good．test",
            "ｇood.test",
            "xn--good-.test",
            "x.good.test",
            "good.test.evil.test",
            "[good.test]",
            "good..test",
            ".good.test",
            "good.test..",
            "good_test",
            "good.test%20",
            "good",
            "test",
            "goodtest",
            "good.tes",
            "good.testt",
            "good-test",
            "good.test%2f",
            "good.test%",
            "ɡood.test",
            "good\u200b.test",
            "gοod.test",
            "*.test",
            "*",
            "[::1",
            "good.test]",
        )
    }
)
def test_other_spellings_are_other_hosts_or_none(topology, row):
    host = row.encode().decode("latin-1")
    denied(topology, f"http://{host}/v1/ok", host=host)


@attack(51)
@table({"one label": "a.wild.test", "two labels": "a.b.wild.test"})
def test_a_wildcard_covers_whole_labels_below_it(topology, row):
    assert ask(topology, f"http://{row}/", host=row).status == 200
    assert topology.wild.requests[0].values("host") == [row]
    assert topology.wild.requests[0].connection.server_name == row


@attack(51)
@table(
    {
        name: name
        for name in (
            "evilwild.test",
            "wild.test.evil",
            "wild.test",
            ".wild.test",
            "..wild.test",
            "a.wild.test.evil.test",
            "*.wild.test",
            "a.wildxtest",
            "a..wild.test",
            "wild.test.",
            "a.wild.test%00",
            "%2e.wild.test",
            "a/wild.test",
            "a.evilwild.test",
        )
    }
)
def test_a_wildcard_stops_at_a_label(topology, row):
    denied(topology, f"http://{row}/", host=row)


TRAVERSALS = [
    "/v1/../admin",
    "/v1/./../admin",
    "/../admin",
    "/..",
    "/v1/..",
    "/v1/.",
    "/v1/ok/../../admin",
    "/v1/a/../ok",
    "/v1/%2e%2e/admin",
    "/v1/%2E%2E/admin",
    "/v1/.%2e/admin",
    "/v1/%2e./admin",
    "/v1/%2e/ok",
    "/v1/..%2fadmin",
    "/v1/..%2Fadmin",
    "/v1%2f..%2fadmin",
    "/v1/..\\admin",
    "/v1/..%5cadmin",
    "/v1/..%5Cadmin",
    "/v1\\..\\admin",
    "/v1/..;/admin",
    "/v1/..;a=b/admin",
    "/v1/;/../admin",
    "/v1;/admin",
    "/v1/ok;a=b",
    "/v1/;x",
    "/v1//ok",
    "//v1/ok",
    "/v1/ok//",
    "/v1/%2f/ok",
    "/v1/ok%2f",
    "/v1/ok%00",
    "/v1/%00/../admin",
    "/v1/ok%00.json",
    "/v1/%c0%ae%c0%ae/admin",
    "/v1/%c0%2e/admin",
    "/v1/%e0%80%ae%e0%80%ae/admin",
    "/v1/%ff",
    "/v1/%u002e%u002e/admin",
    "/v1/%2",
    "/v1/%",
    "/v1/%zz",
    "/v1/%0a",
    "/v1/%7f",
    "/v1/ok\\",
    "/v1/%5c",
    "/%76%31/ok",
    "/v1%2fok",
    "/v1/%3b/ok",
    "/v1/a%3b/../admin",
    "/v1/.%00./admin",
    "/v1/. ./admin",
    "/v1/.\t./admin",
    '/v1/"',
    "/v1/<x>",
    "/v1/^",
    "/v1/`",
    "/v1/{x}",
    "/v1/|",
]


@attack(57)
@pytest.mark.parametrize("path", TRAVERSALS)
def test_paths_that_can_be_read_in_two_ways(topology, path):
    denied(topology, f"http://good.test{path}", 400, 403)


@attack(58)
@table(
    {
        path: path
        for path in (
            "/v1/%252e%252e/admin",
            "/v1/..%252fadmin",
            "/v1/%25252e%25252e/admin",
            "/v1/..%255cadmin",
            "/v1/%252f",
            "/v1/ok%2500",
            "/v1/%25%32%65%25%32%65/admin",
            "/v1/%252E%252E%252Fadmin",
            "/v1/%253b",
            "/v1/%2525",
        )
    }
)
def test_paths_encoded_twice(topology, row):
    assert denied(topology, f"http://good.test{row}", 400).code == "ambiguous_path"


@attack(57)
@table(
    {
        "space": "/v1/a%20b",
        "letter": "/v1/%C3%BC",
        "tilde": "/v1/~a",
        "dots in a name": "/v1/a..b/...c",
        "at": "/v1/@me",
        "plus": "/v1/a+b",
        "colon": "/v1/x:batch",
        "end": "/v1/",
    }
)
def test_plain_paths_pass_as_they_are(topology, row):
    assert ask(topology, f"http://good.test{row}").status == 200
    assert topology.good.requests[0].target == row


@attack(57)
@table(
    {
        path: path
        for path in (
            "/a/../b",
            "/..",
            "/a/.",
            "/%2e%2e/b",
            "/a/.%2e/b",
            "/a\\b",
            "/a%5cb/../c",
            "/a%00b",
            "/./a",
            "/a/%2e",
            "/a/..",
        )
    }
)
def test_an_unscoped_grant_still_refuses_dots_backslashes_and_nul(topology, row):
    denied(topology, f"http://open.test{row}", 400, host="open.test")


@attack(57)
@table(
    {
        path: path
        for path in (
            "/o/a%2Fb",
            "/o/a%2fb",
            "/a;b=c/d",
            "/a//b",
            "//a",
            "/a/",
            "/a%20b",
            "/%C3%BC",
            "/a%252Fb",
            "/a,b:c@d!$&'()*+=~-._",
        )
    }
)
def test_an_unscoped_grant_passes_the_rest_unchanged(topology, row):
    assert ask(topology, f"http://open.test{row}?q=1", host="open.test").status == 200
    assert topology.open.requests[0].target == f"{row}?q=1"


@attack(57)
def test_an_encoded_slash_passes_where_the_grant_allows_it(make_topology):
    topology = make_topology(
        lambda topology, config: config.find("grant", secret="open-a").update(paths=["/o/*"], allow_encoded_slash=True)
    )
    assert ask(topology, "http://open.test/o/a%2Fb", host="open.test").status == 200
    assert topology.open.requests[0].target == "/o/a%2Fb"
    for path in ("/o/..%2Fadmin", "/o%2Fa", "/o/a%2F..%2Fb", "/o/%2e%2e%2Fb", "/o/a%252Fb", "/o/a/b"):
        assert ask(topology, f"http://open.test{path}", host="open.test").status in (400, 403), path
    assert len(topology.open.requests) == 1


@attack(59)
@table(
    {
        path: path
        for path in (
            "/admin?/v1/",
            "/admin?x=/v1/ok",
            "/admin#/v1/",
            "/v1/ok#/../admin",
            "/v1/ok#",
            "?/v1/",
            "#/v1/",
            "?/v1/ok",
            "",
            "/?/v1/",
            "/admin%3f/v1/",
            "/admin%23/v1/",
        )
    }
)
def test_queries_and_fragments_do_not_lend_a_path(topology, row):
    denied(topology, f"http://good.test{row}")


@attack(59)
@table({"slashes": "a=/../x//y", "encoded": "a=%2e%2e%2f", "question mark": "a=b?c", "empty": "", "percent": "a=%25"})
def test_a_query_passes_as_it_is(topology, row):
    assert ask(topology, f"http://good.test/v1/ok?{row}").status == 200
    assert topology.good.requests[0].target == f"/v1/ok?{row}"


@attack(59)
@table(
    {
        "percent alone": "a=%",
        "bad percent": "a=%zz",
        "NUL": "a=%00",
        "fragment": "a=b#c",
        "space": "a=b c",
        "non-ASCII": "a=\xff",
    }
)
def test_a_query_never_carries_raw_or_broken_bytes(topology, row):
    topology.exchange(request("GET", f"http://good.test/v1/ok?{row}", "good.test"), agent_socket=A)
    for seen in topology.good.requests:
        assert "#" not in seen.target and " " not in seen.target


@attack(60)
@table(
    {
        method: method
        for method in (
            "DELETE",
            "PUT",
            "PATCH",
            "OPTIONS",
            "delete",
            "get",
            "Get",
            "GeT",
            "post",
            "PROPFIND",
            "FOO",
            "GETX",
            "XGET",
            "GE",
            "M-SEARCH",
            "SOURCE",
            "PURGE",
            "DESCRIBE",
            "LINK",
            "BREW",
            "QUERY",
        )
    }
)
def test_methods_outside_the_grant(topology, row):
    denied(topology, "http://good.test/v1/ok", 400, 403, 405, method=row)


@attack(60)
@table({method: method for method in ("get", "FOO", "PROPFIND", "TRACE", "TRACK", "DEBUG")})
def test_unknown_methods_are_refused_where_no_rule_names_methods(topology, row):
    denied(topology, "http://open.test/x", 400, 405, host="open.test", method=row)


@attack(61)
@pytest.mark.parametrize("host", ["good.test", "open.test", "egress.test"])
def test_trace_is_refused_and_echoes_nothing(topology, host):
    for extra in ([], [("Max-Forwards", "0")], [("Max-Forwards", "1")]):
        with topology.connect() as client:
            client.send(
                request(
                    "TRACE", f"http://{host}/v1/ok", host, [topology.identity(), ("X-Mine", "canary-value"), *extra]
                )
            )
            response = client.response()
        assert response.status == 405 and b"canary-value" not in response.body
    topology.assert_untouched()


@attack(61)
def test_max_forwards_echoes_nothing(topology):
    with topology.connect() as client:
        client.send(
            request(
                "OPTIONS",
                "http://open.test/x",
                "open.test",
                [topology.identity(), ("Max-Forwards", "0"), ("X-Mine", "canary-value")],
            )
        )
        response = client.response()
    assert response.status in (200, 204, 400, 403, 405)
    assert response.code is None or b"canary-value" not in response.body
    with topology.connect() as client:
        client.send(
            request("OPTIONS", "http://good.test/v1/ok", "good.test", [topology.identity(), ("Max-Forwards", "0")])
        )
        assert client.response().status in (403, 405)


MOUNTS = [
    "/via/good/../open/x",
    "/via/good/..%2fopen/x",
    "/via/good//open/x",
    "/via/good%2f..%2fopen/x",
    "/via/good/http://evil.test/",
    "/via/GOOD/v1/ok",
    "/via/Good/v1/ok",
    "/VIA/good/v1/ok",
    "/via//good/v1/ok",
    "/via/good",
    "/via/good?/v1/ok",
    "/via/",
    "/via",
    "/via/nope/v1/ok",
    "/via/%67ood/v1/ok",
    "/via/good;x/v1/ok",
    "/via/good%00/v1/ok",
    "/via/good\\..\\open/x",
    "/v1/../via/good/v1/ok",
    "//via/good/v1/ok",
    "/./via/good/v1/ok",
    "/via/../via/good/v1/ok",
    "/via/good.test/v1/ok",
    "/via/good:443/v1/ok",
    "/via/good@evil.test/v1/ok",
    "/via/good/admin",
    "/via/good/%2e%2e/open/x",
    "/via/good/v1/../../open/x",
    "/via/good/v1/%2e%2e/admin",
    "/via/good/v1//x",
    "/via/good#/v1/ok",
    "/via/good /v1/ok",
    "/via/*/v1/ok",
    "/via/.../v1/ok",
    "/via/ /v1/ok",
]


@attack(62)
@pytest.mark.parametrize("target", MOUNTS)
def test_base_url_mounts_are_exact(topology, target):
    denied(topology, target, 400, 403, 404, host=f"127.0.0.1:{topology.daemon.port}")


@attack(62)
def test_an_unscoped_mount_passes_what_the_grant_passes(topology):
    host = f"127.0.0.1:{topology.daemon.port}"
    assert ask(topology, "/via/open/a%2Fb//c;d?x=1", host=host).status == 200
    assert topology.open.requests[0].target == "/a%2Fb//c;d?x=1"
    assert topology.open.requests[0].values("host") == ["open.test"]


@attack(63)
@table({"evil": "evil.test", "other provider": "open.test", "own": "good.test", "metadata": "169.254.169.254"})
def test_base_url_requests_are_not_routed_by_host(topology, row):
    response = ask(topology, "/via/good/v1/ok", host=row)
    assert response.status in (200, 400, 403, 421)
    for seen in topology.good.requests:
        assert seen.values("host") == ["good.test"]
    topology.assert_untouched(topology.evil, topology.open)


@attack(64)
def test_the_upgraded_request_leaves_over_tls_only(topology):
    assert ask(topology, "http://good.test/v1/ok").status == 200
    assert all(c.client_hello[:1] == b"\x16" for c in topology.good.connections)


@attack(64)
@table({"8080": "http://good.test:8080/v1/ok", "evil's plain host": "http://evil-plain.test/v1/ok"})
def test_a_plain_port_of_a_granted_name_is_not_granted(topology, row):
    denied(topology, row, host=row.split("/")[2])


@attack(64)
def test_an_https_target_is_the_same_destination_or_refused(topology):
    response = ask(topology, "https://good.test/v1/ok")
    assert response.status in (200, 400, 403)
    assert all(c.client_hello[:1] == b"\x16" for c in topology.good.connections)


@attack(65)
def test_a_grant_on_some_hosts_injects_on_no_other(make_topology):
    topology = make_topology(lambda topology, config: config.find("grant", secret="wild").update(hosts=["a.wild.test"]))
    assert ask(topology, "http://a.wild.test/", host="a.wild.test").status == 200
    for host in ("b.wild.test", "a.b.wild.test", "x.a.wild.test", "wild.test"):
        assert ask(topology, f"http://{host}/", host=host).status in (400, 403), host
    assert len(topology.wild.requests) == 1


@attack(65)
def test_base_url_follows_the_hosts_of_the_grant(make_topology):
    """A provider whose host is not one fixed name has no base URL to guess."""
    topology = make_topology()
    response = ask(topology, "/via/wild/x", host=f"127.0.0.1:{topology.daemon.port}")
    assert response.status in (400, 403, 404, 409) and not topology.wild.requests


@attack(66)
def test_a_removed_grant_is_gone_for_an_open_connection(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.remove("grant", secret="good")
    with topology.connect() as client:
        assert topology.ask("GET", "http://good.test/v1/ok", client=client).status == 200
        topology.daemon.reload(config.text())
        response = topology.ask("GET", "http://good.test/v1/ok", client=client)
        assert (response.status, response.code) == (403, "no_grant")
    assert len(topology.good.requests) == 1
