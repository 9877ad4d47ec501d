# `make help` lists the targets. Variables worth setting on the command line:
#
#   SWIFT_FLAGS   passed to every release build
#   TEST_FLAGS    passed to the build of the unit tests
#   PREFIX        where `make install` puts things, below DESTDIR

SWIFT       ?= swift
SWIFT_FLAGS ?= --static-swift-stdlib
TEST_FLAGS  ?=
PREFIX      ?= /usr/local
SYSCONFDIR  ?= /etc
DESTDIR     ?=

# A folder of their own: programs and unit tests are built with other flags, and would build each other anew.
# Some tests reach into their target, which a release build allows only if told to.
UNIT_BUILD = --scratch-path .build-unit -Xswiftc -enable-testing

BINDIR  = $(PREFIX)/bin
DOCDIR  = $(PREFIX)/share/doc/postern
MANDIR  = $(PREFIX)/share/man/man1
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR  = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
UNITDIR = $(PREFIX)/lib/systemd/system

# Set POSTERN_BIN to a directory that holds both programs, and demo, bench and tests use those and build nothing.
ifdef POSTERN_BIN
PROGRAMS =
else
PROGRAMS = build
POSTERN_BIN = $(CURDIR)/.build/release
endif
WITH_PROGRAMS = POSTERN_BIN="$(POSTERN_BIN)"

SWIFT_SOURCES = Package.swift Sources Tests bench/minting

.DEFAULT_GOAL := build
.PHONY: help deps deps-build deps-run deps-test deps-bench build run unit integration adversarial test bench \
        format lint check man install hooks clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

deps: deps-build deps-run deps-test  ## install what Debian packages are missing for build, run and test

deps-build:
	@command -v $(SWIFT) >/dev/null || { echo "postern: Swift 6.2 or newer is needed: https://www.swift.org/install" >&2; exit 1; }
	@tools/ensure-packages git/git libcurl4-openssl-dev libssl-dev libnghttp2-dev zlib1g-dev \
	    libbrotli-dev libzstd-dev libsqlite3-dev

deps-run:
	@tools/ensure-packages openssl/openssl curl/curl python3/python3

deps-test: deps-run
	@tools/ensure-packages git/git wget/wget node/nodejs javac/default-jdk-headless python3-venv systemd-analyze/systemd ip/iproute2 \
	    glewlwyd/glewlwyd jq/jq ca-certificates chromium/chromium bwrap/bubblewrap socat/socat

deps-bench: deps-run
	@tools/ensure-packages nginx/nginx-light wrk/wrk taskset/util-linux cc/gcc libc6-dev libssl-dev libnghttp2-dev

build: deps-build  ## build posternd and postern (release)
	$(SWIFT) build -c release $(SWIFT_FLAGS)

run: $(PROGRAMS) deps-run  ## build, start a scratch Postern, show one request from both ends, stay up
	@$(WITH_PROGRAMS) demo/run

unit: deps-build  ## unit tests
	$(SWIFT) build --build-tests -c release $(UNIT_BUILD) $(TEST_FLAGS)
	$(SWIFT) test -c release --skip-build $(UNIT_BUILD) $(TEST_FLAGS) $(if $(JUNIT_DIR),--xunit-output $(JUNIT_DIR)/swift.xml)

integration: $(PROGRAMS) deps-test  ## real posternd, real clients, TLS origins on loopback
	$(WITH_PROGRAMS) Tests/run integration

adversarial: $(PROGRAMS) deps-test  ## the same, with hostile clients and origins
	$(WITH_PROGRAMS) Tests/run adversarial

test: deps  ## all three, with one line of totals at the end
	@tools/run-suites unit integration adversarial

bench: $(PROGRAMS) deps-bench  ## compare with nginx; see bench/README.md
	@$(WITH_PROGRAMS) bench/run $(BENCH_ARGS)

format:  ## format every Swift file in place
	$(SWIFT) format format --in-place --recursive $(SWIFT_SOURCES)

lint:  ## report what format would change, and what it cannot
	$(SWIFT) format lint --strict --recursive $(SWIFT_SOURCES)

check: lint  ## what has to hold before a push: lint, warnings as errors, imports declared, every test
	$(SWIFT) build -c release $(SWIFT_FLAGS) -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
	@$(MAKE) --no-print-directory test

man: $(PROGRAMS) deps-run  ## manual pages, from what the programs say of themselves, in .build/man
	$(WITH_PROGRAMS) tools/man-pages .build/man

install: man  ## programs, units, manual pages, completions, example and documents; honours DESTDIR and PREFIX
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(UNITDIR)" "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(SYSCONFDIR)/postern"
	install -m 0755 "$(POSTERN_BIN)/posternd" "$(POSTERN_BIN)/postern" "$(POSTERN_BIN)/postern-cli" "$(DESTDIR)$(BINDIR)"
	for unit in systemd/*.service systemd/*.socket; do \
	    sed 's|/usr/bin/posternd|$(BINDIR)/posternd|; s|/usr/share/doc/postern|$(DOCDIR)|' "$$unit" > "$(DESTDIR)$(UNITDIR)/$${unit##*/}" || exit 1; \
	    chmod 0644 "$(DESTDIR)$(UNITDIR)/$${unit##*/}"; \
	done
	install -d "$(DESTDIR)$(MANDIR)" "$(DESTDIR)$(BASHDIR)" "$(DESTDIR)$(ZSHDIR)" "$(DESTDIR)$(FISHDIR)"
	install -m 0644 .build/man/*.1 "$(DESTDIR)$(MANDIR)"
	"$(POSTERN_BIN)/postern" completions bash > "$(DESTDIR)$(BASHDIR)/postern"
	"$(POSTERN_BIN)/postern" completions zsh > "$(DESTDIR)$(ZSHDIR)/_postern"
	"$(POSTERN_BIN)/postern" completions fish > "$(DESTDIR)$(FISHDIR)/postern.fish"
	install -m 0644 README.md CHANGELOG.md SECURITY.md $(wildcard docs/*.md docs/*.json) "$(DESTDIR)$(DOCDIR)"
	install -m 0644 proxy.conf.example "$(DESTDIR)$(SYSCONFDIR)/postern/proxy.conf.example"

hooks:  ## lint before every commit
	@printf '#!/bin/sh\nexec make --no-print-directory lint\n' > "$$(git rev-parse --git-path hooks)/pre-commit"
	@chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"

clean:  ## forget what was built and measured
	rm -rf .build .build-unit .venv* bench-results
