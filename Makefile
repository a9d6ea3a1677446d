# Everything a fresh Debian 12 machine with rustup's Rust needs: `make demo` to see it, `make test` to trust it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help packages packages-deb packages-test packages-bench build demo test bench check pictures deb

# What the binaries need to be built and to run; and what their tests need besides.
PACKAGES := build-essential pkg-config mold libwayland-dev libxkbcommon-dev libx11-dev libfontconfig1-dev \
	libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	gstreamer1.0-libav mesa-vulkan-drivers libvulkan1 fonts-noto-cjk fontconfig ffmpeg espeak-ng librsvg2-bin
PACKAGES_DEB := $(PACKAGES) dpkg-dev binutils
# Weston and Xvfb are the kiosk on which the packaged player is looked at; systemd judges its units.
PACKAGES_TEST := $(PACKAGES_DEB) chromium chromium-driver iproute2 postgresql-15 sqlite3 strace faketime systemd weston xvfb
# What the server is compared with. Debian starts their services; the comparison uses ports of its own.
PACKAGES_BENCH := $(PACKAGES_TEST) mosquitto nats-server nginx-light mpv

# Connections to each server side by side, and boxes of ours alone: a process may open 20,000 files on many a machine,
# and a TCP server needs one for each connection.
BENCH_PLAYERS ?= 15000
BENCH_ALONE ?= 32800

# One target folder for everything; CI points it outside the clone, so that the renderer is not built again.
TARGET := $(or $(CARGO_TARGET_DIR),target)

help:
	@echo "make demo      build, then a demo hospital: a server, a player, and the addresses to open"
	@echo "make test      every test, with the packages they need"
	@echo "make check     formatting, lints, licences, advisories"
	@echo "make bench     the figures of the README"
	@echo "make deb       the Debian packages of player and server"
	@echo "make pictures  the pictures of the README, taken from the real glass and pages"

# Installs what is missing, and asks for root only then.
define install
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		echo "installing" $$missing; \
		$$as_root apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

packages:
	$(call install,$(PACKAGES))

packages-test:
	$(call install,$(PACKAGES_TEST))

packages-deb:
	$(call install,$(PACKAGES_DEB))

packages-bench:
	$(call install,$(PACKAGES_BENCH))

build: packages
	cargo build --workspace --locked

demo: build
	@exec $(TARGET)/debug/anteroom demo

# The walks measure times on real glass, so they run one after another. All of them take a quarter of an hour; a machine on
# which they are not through after this long is told so.
WALKS_LIMIT ?= 40m

test: packages-test
	cargo build --workspace --all-targets --locked
	./.ci/with-postgres cargo test --workspace --locked --lib --bins -- --skip walks::
	timeout $(WALKS_LIMIT) cargo test --workspace --locked --lib --bins -- --test-threads=1 walks:: \
		|| { echo "walks: failed, or not through after $(WALKS_LIMIT)"; exit 1; }
	./packaging/check $(TARGET)/debug
	./packaging/check $(TARGET)/debug --faults

bench: packages-bench
	cargo build --workspace --bins --locked --release
	@echo "commit $$(git rev-parse --short HEAD), $$(date -I), $$(nproc) cores"
	$(TARGET)/release/first_figures
	cargo bench --workspace --locked --bench wheel
	$(TARGET)/release/peers --players $(BENCH_PLAYERS) --alone $(BENCH_ALONE)
	$(TARGET)/release/books take
	$(TARGET)/release/books day --plays 6
	$(TARGET)/release/books month

deb: packages-deb
	cargo build --workspace --bins --locked --release
	./packaging/build $(TARGET)/release $(TARGET)/deb

check: packages-test
	cargo fmt --all --check
	@echo "formatting: as rustfmt.toml has it"
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@echo "lints: no finding in any crate or test"
	./.ci/no-unwanted-crates

pictures: build packages-test
	cargo build --workspace --all-targets --locked
	$(TARGET)/debug/pictures tests/pictures
