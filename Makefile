# `make demo` searches a real network; `make test` runs every test; `make install` puts hpo where shells find it. All install
# what is missing.

PACKAGES := libdnnl-dev libsqlite3-dev zlib1g-dev
# One build serves the program and its tests, which look into it.
SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing
HPO := .build/release/hpo
# Where `make install` puts the program: DESTDIR/PREFIX/bin.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin

.PHONY: all demo test kill-500 interoperability build install uninstall prerequisites lint format documentation schema clean

all: build

build: prerequisites
	$(SWIFT_BUILD) --product hpo

demo: build
	@echo
	$(HPO) optimize --config Configs/digits-mlp.yaml --storage digits.db
	@echo
	@echo "Type next:"
	@echo "  export PATH=\"$(CURDIR)/.build/release:\$$PATH\" HPO_STORAGE=\"$(CURDIR)/digits.db\""
	@echo "  hpo best"
	@echo "  hpo trials --sort value --limit 10"
	@echo "  hpo query 'SELECT state, count(*) FROM trials GROUP BY state'"
	@echo "  hpo optimize --config Configs/digits-mlp.yaml --trials 300     # go on with the same study"

test: prerequisites
	$(SWIFT_BUILD) --build-tests
	Tests/run

# Searches that are ended more than a thousand times, in every way; some minutes.
kill-500: prerequisites
	Tests/kill-500

# The checks against Optuna, with PYTHON, an interpreter that has it.
interoperability: build
	Tests/Interoperability/run

install: build
	install -d "$(DESTDIR)$(BINDIR)"
	install -m 755 $(HPO) "$(DESTDIR)$(BINDIR)/hpo"

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/hpo"

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Studies Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Studies Benchmarks

# The reference of the library in .build/documentation; a broken link or a malformed comment is an error.
documentation: prerequisites
	rm -rf .build/symbols .build/documentation && mkdir -p .build/symbols
	$(SWIFT_BUILD) --product hpo
	for module in SearchSpace Trials TrialStorage SQLiteStorage Samplers Pruners StudyEngine Graphs Execution Training; do \
	  swift symbolgraph-extract -module-name $$module -I .build/release/Modules -target $$(swift -print-target-info | \
	    sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -1) -minimum-access-level public -output-dir .build/symbols \
	    -I .build/checkouts/GRDB.swift/Sources/GRDBSQLite \
	    -I .build/checkouts/swift-numerics/Sources/_NumericsShims/include \
	    $$(ls .build/release/C*.build/module.modulemap | sed 's/^/-Xcc -fmodule-map-file=/') || exit 1; \
	done
	docc convert --fallback-display-name hpo --fallback-bundle-identifier hpo --warnings-as-errors \
	  --additional-symbol-graph-dir .build/symbols --output-path .build/documentation

# The Swift code of ONNX's schema, which is committed: only after a change of onnx.proto. Needs protoc (Debian's
# protobuf-compiler); its plugin is built of the package's own sources, which takes minutes.
schema:
	swift package resolve
	swift build -c release --package-path .build/checkouts/swift-protobuf --scratch-path .build/protoc-gen-swift \
	  --product protoc-gen-swift
	protoc --plugin=.build/protoc-gen-swift/release/protoc-gen-swift --swift_out=Sources/ONNXExport/Schema \
	  --proto_path=Sources/ONNXExport/Schema onnx.proto

# Debian's packages, where they are not installed yet.
prerequisites:
	@command -v swift >/dev/null || { \
	  echo "hpo needs Swift 6.2 or later: https://www.swift.org/install"; exit 1; }
	@if command -v dpkg-query >/dev/null; then \
	  missing=""; \
	  for package in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    echo "installing$$missing"; \
	    if [ "$$(id -u)" = 0 ]; then run=""; \
	    elif sudo -n true 2>/dev/null; then run="sudo"; \
	    else echo "No right to install packages here. Ask somebody who may to type:"; \
	      echo "  apt-get install$$missing"; exit 1; fi; \
	    $$run apt-get update -qq && $$run apt-get install -y -qq $$missing; \
	  fi; \
	fi

clean:
	rm -rf .build
