"""Which rows of the attack catalogue run once by every entry, and what in them an entry has no equivalent of."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from support.entries import CONNECT_H1, CONNECT_H2

EVERY_ENTRY = {*range(1, 110), 115, *range(174, 180)}  # 5.1 to 5.7, 5.12, and taking authority away

LINES = "HTTP/2 has no start line, and its fields are no lines"
VERSIONS = "HTTP/2 has no version in a request"
CHUNKS = "HTTP/2 has no chunks"
WHOLE = "a header block has its own length: the next stream is a request of its own"

# What has no place inside a tunnel: the test, its case ("*" stands for any), and why.
INSIDE = [
    ("test_origin_form_never_routes_by_host", "path", "inside a tunnel it is the form of every request"),
    ("test_origin_form_never_routes_by_host", "root", "inside a tunnel it is the form of every request"),
    ("test_base_url_*", "*", "a base URL is a way in of its own"),
    ("test_an_unscoped_mount_passes_what_the_grant_passes", "*", "a base URL is a way in of its own"),
    (
        "test_a_placeholder_elsewhere_in_a_head_is_a_leak",
        "a host without a grant",
        "CONNECT is refused before there is a head",
    ),
    ("test_every_kind_of_credential_is_masked", "plain", "CONNECT does not reach what a rule has in cleartext"),
]

NOT_BY = {
    CONNECT_H1: INSIDE,
    CONNECT_H2: [
        *INSIDE,
        ("test_transfer_encoding_with_http_1_0", "*", VERSIONS),
        ("test_versions", "*", VERSIONS),
        ("test_bare_line_ends_and_controls", "* LF", LINES),
        ("test_bare_line_ends_and_controls", "LF LF", LINES),
        ("test_bare_line_ends_and_controls", "LF a*", LINES),
        ("test_bare_line_ends_and_controls", "all *", LINES),
        ("test_bare_line_ends_and_controls", "*start line", LINES),
        ("test_field_names", "no colon", LINES),
        ("test_corpus", "no colon", LINES),
        ("test_corpus", "start line b'*", LINES),
        ("test_corpus", "Host before the start line", LINES),
        ("test_corpus", "chunked, HTTP/1.0", VERSIONS),
        ("test_corpus", "an empty line that is not", WHOLE),
        ("test_corpus", "chunk size: *", CHUNKS),
        ("test_corpus", "chunks: *", CHUNKS),
        ("test_chunks_that_are_none", "*", CHUNKS),
        ("test_chunk_extensions_end_at_postern", "*", CHUNKS),
        ("test_absurd_chunk_sizes", "*", CHUNKS),
        ("test_bytes_after_the_last_chunk_are_a_message_of_their_own", "*", CHUNKS),
        ("test_other_protocols", "*", "what follows the TLS handshake is the preface of HTTP/2, see test_http2.py"),
        ("test_a_head_may_come_one_byte_at_a_time", "*", "see test_http2.py"),
        ("test_a_head_that_ends_early_is_no_request", "*", "see test_http2.py"),
        ("test_an_endless_head_is_cut_off", "*", "see test_http2.py"),
        ("test_a_million_chunks_of_one_byte", "*", CHUNKS),
        ("test_half_sent_heads_do_not_keep_others_waiting", "*", "see test_http2.py"),
        ("test_bytes_after_a_refused_websocket_are_a_new_request", "*", "HTTP/2 has no Upgrade"),
        ("test_bytes_sent_along_with_an_upgrade_are_not_forwarded", "*", "HTTP/2 has no Upgrade"),
        ("test_the_credential_survives_a_connection_option_that_names_it", "*", "a Connection field is malformed"),
        ("test_fields_named_as_connection_options_stop_here", "*", "a Connection field is malformed"),
        ("test_a_hundred_thousand_pipelined_requests", "*", "streams are bounded instead, see test_http2.py"),
        ("test_pipelined_requests_wait_their_turn", "*", "streams are bounded instead, see test_http2.py"),
    ],
}


def does_not_apply(entry: str, name: str) -> str | None:
    """Why a test has no place in an entry."""
    found = re.match(r"(\w+)(?:\[(.*)\])?\Z", name, re.DOTALL)
    test, case = found[1], found[2] or ""
    case = re.sub(rf"(^|-){entry}(-|\Z)", "", case)
    for pattern, cases, reason in NOT_BY.get(entry, []):
        if fnmatchcase(test, pattern) and fnmatchcase(case, cases):
            return reason
    return None
