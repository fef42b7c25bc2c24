#!/usr/bin/env bash
# Makes the environment, or installs the Debian packages that the proofs need.
#   setup.sh PYTHON VENV   the locked Python environment, by uv where it is installed, else venv and pip
#   setup.sh --tools       what the shipped recipe needs (sdcc, gcc, clang), when one is missing
#   setup.sh --tools all   and what only other targets and the tests need (AVR, Cortex-M, uCsim)
#   setup.sh --tools soak  and what only `make soak` needs (csmith)
#   setup.sh --lock        resolves requirements.lock again (needs uv)
set -euo pipefail
cd "$(dirname "$0")"

stop() { printf '%s\n' "$@" >&2; exit 3; }

tools() {
  local missing=()
  command -v sdcc >/dev/null || missing+=(sdcc sdcc-libraries)
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  command -v clang >/dev/null || missing+=(clang)
  ldconfig -p 2>/dev/null | grep -q 'libseccomp\.so\.2' || missing+=(libseccomp2)
  if [ "${1:-}" = all ] || [ "${1:-}" = soak ]; then
    command -v s51 >/dev/null || missing+=(sdcc-ucsim)
    command -v avr-gcc >/dev/null || missing+=(gcc-avr avr-libc)
    [ -e /usr/include/simavr/sim_avr.h ] || missing+=(libsimavr-dev)
    [ -e /usr/include/libelf.h ] || missing+=(libelf-dev)
    command -v arm-none-eabi-gcc >/dev/null || missing+=(gcc-arm-none-eabi)
    command -v bwrap >/dev/null || missing+=(bubblewrap)
  fi
  if [ "${1:-}" = soak ]; then
    command -v csmith >/dev/null || missing+=(csmith)
  fi
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null ||
    stop "firmseed: missing: ${missing[*]}" "  this system has no apt-get; install them by its own package manager (sdcc >= 4.2, gcc, clang)"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "firmseed: missing: ${missing[*]}" "  run as root:  apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  printf 'firmseed: installing from Debian/Ubuntu: %s\n' "${missing[*]}" >&2
  { "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
    stop "firmseed: could not install ${missing[*]}" "  try by hand:  ${sudo[*]} apt-get update && ${sudo[*]} apt-get install ${missing[*]}"
}

environment() {
  local python=$1 venv=$2
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    stop "firmseed: $python is missing or older than 3.11" "  name another:  make generate PYTHON=python3.12"
  printf 'firmseed: making %s from requirements.lock (once, a minute or two)\n' "$venv" >&2
  # The lock is complete, so nothing is resolved: --no-deps also keeps torch out, which only training needs.
  if command -v uv >/dev/null; then
    uv venv -q --allow-existing --python "$python" "$venv"
    VIRTUAL_ENV=$venv uv pip install -q --no-deps -r requirements.lock
    VIRTUAL_ENV=$venv uv pip install -q --no-deps --no-build-isolation -e .
  else
    "$python" -m venv "$venv" ||
      stop "firmseed: $python has no working venv" "  Debian and Ubuntu keep it apart:  apt-get install python3-venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r requirements.lock
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  fi
}

lock() {
  command -v uv >/dev/null || stop "firmseed: the lock is resolved by uv, which is missing" "  pip install uv"
  uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --no-annotate --generate-hashes -q -o requirements.lock.new
  # torch and what only it needs are left out: trl is used for its chat schema alone. So is what llmock only asks for to
  # be fast: uvicorn takes uvloop and httptools wherever it finds them, and Prefect's server would run on them too.
  awk '/^[a-zA-Z0-9]/ { keep = ($0 !~ /^(torch|triton|accelerate|nvidia-|cuda-|uvloop|httptools|watchfiles)/) } keep' requirements.lock.new > requirements.lock
  rm requirements.lock.new
}

case "${1:-}" in
  --tools) tools "${2:-}" ;;
  --lock) lock ;;
  *) environment "$1" "$2" ;;
esac
