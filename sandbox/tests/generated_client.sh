#!/usr/bin/env bash
# Makes a Python client of the exported description, every operation of it, and runs generated_client.py with it.
# Needs python3 with venv, and a package index for openapi-python-client.
set -euo pipefail
cd "$(dirname "$0")/../.."
built="${CARGO_TARGET_DIR:-target}/debug"
[[ -x $built/xtask && -x $built/linkcy-sandbox ]] || cargo build --workspace

folder="$(mktemp -d)"
pid=
trap '[[ -z $pid ]] || kill "$pid"; rm -rf "$folder"' EXIT
"$built/xtask" export "$folder/linkcy.json"
python3 -m venv "$folder/venv"
if ! "$folder/venv/bin/pip" install --quiet --disable-pip-version-check openapi-python-client==0.29.1 ruff; then
    echo "no package index: the generated client is not tried" >&2
    exit "${LINKCY_WITHOUT_INDEX:-1}"
fi
PATH="$folder/venv/bin:$PATH" openapi-python-client generate --meta none \
    --path "$folder/linkcy.json" --output-path "$folder/linkcy_client" 2>&1 | tee "$folder/said"
if grep -qi warning "$folder/said"; then
    echo "openapi-python-client left something out" >&2
    exit 1
fi

mkfifo "$folder/environment"
"$built/linkcy-sandbox" --print-env >"$folder/environment" 2>/dev/null &
pid=$!
# The program writes four lines once it listens.
variables="$(head -n 4 "$folder/environment")"
eval "$variables"
PYTHONPATH="$folder" "$folder/venv/bin/python" sandbox/tests/generated_client.py
