# Two commands do everything: `make run` and `make test`. The rest is for those who change Vigie.
SHELL := /bin/bash
BUILD := build
JOBS ?= $(shell nproc)
export PATH := $(CURDIR)/$(BUILD)/node/node_modules/node/bin:$(PATH)

.PHONY: run build test test-peers lint sanitize bench fuzz clean deps web
.DEFAULT_GOAL := build

# Starts Vigie on the example book; Ctrl-C stops it and everything it started.
run: build
	$(BUILD)/vigie run --book examples/first-watch

# Leaves build/vigie and build/vigie-stage.
build: deps web
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release > $(BUILD)/cmake.log || (cat $(BUILD)/cmake.log; exit 1)
	@ninja -C $(BUILD) -j $(JOBS) vigie vigie-stage

deps:
	@mkdir -p $(BUILD)
	@tools/deps build

web: deps
	@tools/build-web

test: build
	@tools/deps test
	@ninja -C $(BUILD) -j $(JOBS) all unit_tests
	@tools/test

# Real servers that Debian lacks (Kafka, from Maven), and the peers' own test data.
test-peers: build
	@tools/test-peers

lint:
	@tools/deps lint
	@tools/lint

# Address and undefined behaviour first, then threads; separate trees, unit tests and stories.
sanitize: deps web
	@tools/sanitize address,undefined
	@tools/sanitize thread

bench: build
	@tools/deps test
	@tools/bench

fuzz: deps web
	@tools/deps lint
	@tools/fuzz

clean:
	rm -rf $(BUILD) web/dist
