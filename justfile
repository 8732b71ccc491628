# Everyday commands; `just` lists them.
default:
    @just --list

# All that CI runs
ci:
    bash .ci/run

# Formatting, lints and tests
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# The fast lane while you work: formatting, the library's own tests, and what users read. CONTRIBUTING.md says what it leaves out
quick:
    cargo fmt --check
    cargo test --lib --test language --test program -- --skip comments_anywhere --skip kills::

# Rewrite golden files after a wanted change; read the diff
goldens:
    UPDATE_GOLDENS=1 cargo test
    git diff --stat

# Build the flagship example
shop:
    cargo run -- -C examples/astronomy-shop build

# Draw README's pictures again, from the shop's committed documents
pictures:
    npm ci --prefix tests/browser --no-audit --no-fund --silent
    node tests/browser/pictures.mjs

# Measure against the figures in docs/performance.md
bench:
    cargo bench --bench scale

# Budgets, windows, pages and bad days against counted truth (docs/accuracy.md); fails where a bad day is worse than its limit; half an hour
accuracy:
    cargo bench --bench accuracy -- --check benches/accuracy/limits.yaml

# A handful of bad days against their limits; a minute
accuracy-quick:
    cargo bench --bench accuracy -- --quick --check benches/accuracy/limits.yaml

# What the rules cost a Prometheus (docs/performance.md); half an hour
cost:
    cargo bench --bench cost

# Every form of promise on real servers of every engine that can be had, and its proofs (docs/rules.md); a quarter of an hour. `UPDATE_GOLDENS=1` writes the table; `PROMETHEUS=v0.316.0` builds that one, Thanos and Sloth first, where there is a Go toolchain
engines:
    .ci/engines servers target/engines
    if [ -n "${PROMETHEUS:-}" ]; then .ci/engines build target/engines "$PROMETHEUS"; fi
    cargo test --test rules engines:: -- --include-ignored --nocapture --test-threads=1

# Change every clause of the flagship's rules, one of each shape: do its proofs see it? `MUTANTS=all` takes them all
mutants:
    MUTANTS=${MUTANTS:-shapes} cargo test --test rules proofs_mutants:: -- --nocapture

# A megabyte of each kind of hostile input, against a second and 300 MB (docs/security.md)
size:
    cargo build --release
    SLOVO_SIZE=1000000 SLOVO_BIN=$PWD/target/release/slovo cargo test --test hostile no_input_takes_long -- --nocapture

# Feed anything to the parsers, so many seconds each (.github/workflows/fuzz.yml: two hours a week)
fuzz SECONDS="60":
    bash fuzz/run {{SECONDS}}

# Licences, duplicates and sources of the dependencies, and what is known against them
deny:
    cargo deny check
