#!/usr/bin/env bash
# The developer scripts decide rightly on machines that are not this one (faked commands and files).
set -uo pipefail

root=$(dirname "$(readlink -f "$0")")/../..
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export EASEL_DEPS_DIR=$work/deps
# What ./dev test has set for the tests that need it says nothing of this one's faked machines.
unset EASEL_ENVOY EASEL_BUF EASEL_AXE EASEL_GRPCURL
failures=0

# expect NAME WANTED GOT: both equal; a WANTED of *text* means that GOT contains it.
expect() {
  # shellcheck disable=SC2053  # WANTED is a pattern
  if [[ $3 != $2 ]]; then
    printf 'FAIL %s\n  wanted %s\n  got    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}

# with_parts COMMAND...: runs in a shell that has the parts of ./dev loaded.
with_parts() {
  (
    set -euo pipefail
    cpu_only=${cpu_only:-no} no_install=${no_install:-no} invoked_from=$PWD
    for part in tools/dev/*.sh; do . "$part"; done
    "$@"
  ) 2>&1
}

# fake NAME SCRIPT: a command that comes first in the PATH.
fake() {
  mkdir -p "$work/bin"
  printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
PATH=$work/bin:$PATH

fake nvidia-smi 'exit 9'
export EASEL_NVIDIA_PROC=$work/nvidia
expect "no GPU" "CPU: no NVIDIA GPU*" "$(with_parts dev_gpu)"
fake nvidia-smi 'echo 580.95.05'
expect "a driver that fits" "CUDA: a GPU with driver 580.95.05" "$(with_parts dev_gpu)"
expect "--cpu declines" "*--cpu was given*CPU*" "$(cpu_only=yes with_parts dev_gpu)"
fake nvidia-smi 'echo 535.183.01'
expect "a driver too old for CUDA 13" "*535.183.01 is too old for CUDA 13 (needs 580*CPU" "$(with_parts dev_gpu)"
fake nvidia-smi 'echo "NVIDIA-SMI has failed because it could not communicate with the driver"; exit 9'
expect "nvidia-smi without a driver" "CPU: no NVIDIA GPU*" "$(with_parts dev_gpu)"
mkdir -p "$work/nvidia/gpus/0000:01:00.0"
echo "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.44.01  Release Build" >"$work/nvidia/version"
expect "a driver but no nvidia-smi" "CUDA: a GPU with driver 590.44.01" "$(with_parts dev_gpu)"
rm -rf "$work/nvidia"

fake df 'echo head; echo "/dev/x 100 50 500000 50% /"'
expect "a full disk" "dev: libtorch needs about 1300 MB in *, 512 MB are free. Free some space*" \
  "$(with_parts need_disk "$work/not/there" 1300 libtorch)"
rm "$work/bin/df"

fake nproc 'echo 8'
echo "MemAvailable:    2600000 kB" >"$work/meminfo"
expect "memory bounds the jobs" 2 "$(EASEL_MEMINFO=$work/meminfo with_parts build_jobs)"
echo "MemAvailable:    300000 kB" >"$work/meminfo"
expect "too little memory to compile" "dev: compiling needs about*End other programs or add swap" \
  "$(EASEL_MEMINFO=$work/meminfo with_parts build_jobs)"
rm "$work/bin/nproc"

fake dpkg-query 'echo "installed cmake"; echo "config-files curl"'
expect "a removed package counts as missing" "*curl*" "$(with_parts missing_packages tools/dev/packages.txt)"
expect "an installed package is not missing" "0" "$(with_parts missing_packages tools/dev/packages.txt | grep -cx cmake)"
printf 'ID=debian\nVERSION_ID="12"\n' >"$work/os-release"
export EASEL_OS_RELEASE=$work/os-release
expect "--no-install says what is missing" "dev: packages are missing and --no-install was given. As root: apt-get install * curl *" \
  "$(no_install=yes with_parts ensure_packages tools/dev/packages.txt)"
fake sudo 'exit 1'
if ((EUID != 0)); then
  expect "without root" "dev: packages are missing and only root*apt-get install*" "$(with_parts ensure_packages tools/dev/packages.txt)"
fi
printf 'ID=fedora\nVERSION_ID=43\n' >"$work/os-release"
expect "another system" "This is not Debian 12*CMake 3.25*cmake --preset release*" "$(with_parts ensure_packages tools/dev/packages.txt)"
rm "$work/bin/dpkg-query"

fake uname 'echo riscv64'
expect "a machine without a wheel" "dev: no libtorch is pinned for riscv64. Give your own*" "$(with_parts install_torch "$work/torch" cpu)"
rm "$work/bin/uname"
expect "an EASEL_TORCH_ROOT that is none" "dev: EASEL_TORCH_ROOT=$work has no lib/libtorch_cpu.so*" \
  "$(EASEL_TORCH_ROOT=$work with_parts ensure_torch)"
mkdir -p "$work/old_httplib" "$work/new_httplib"
echo '#define CPPHTTPLIB_VERSION "0.11.4"' >"$work/old_httplib/httplib.h"
echo '#define CPPHTTPLIB_VERSION "0.100.0"' >"$work/new_httplib/httplib.h"
expect "a cpp-httplib that must not face users is refused" "dev: *no httplib.h of 0.41.0 or newer*" \
  "$(EASEL_HTTPLIB_ROOT=$work/old_httplib with_parts ensure_httplib)"
expect "a newer cpp-httplib is accepted" "" "$(EASEL_HTTPLIB_ROOT=$work/new_httplib with_parts ensure_httplib)"
expect "--no-install without cpp-httplib" "dev: cpp-httplib is missing and --no-install*" \
  "$(no_install=yes deps_dir=$work/none with_parts ensure_httplib)"
expect "--no-install without libtorch" "dev: libtorch is missing and --no-install*" "$(no_install=yes cpu_only=yes with_parts ensure_torch)"

# grpcurl: its test is skipped where it cannot be built; ./dev goes on.
tool=$EASEL_DEPS_DIR/test_tools/grpcurl-1.9.3/grpcurl
told() { ensure_grpcurl; echo "is at ${EASEL_GRPCURL:-nowhere}"; }
expect "--no-install without grpcurl" "is at nowhere" "$(no_install=yes with_parts told)"
fake go 'if [[ $1 == env ]]; then echo go1.26.8; else echo "no network" >&2; exit 1; fi'
expect "grpcurl that cannot be built" "*no network*is not to be had*is at nowhere" "$(with_parts told)"
expect "it is not tried again on the same day" "is at nowhere" "$(with_parts told)"
rm "${tool%/*}/failed"
fake go 'if [[ $1 == env ]]; then echo go1.19.8; else exit 9; fi'
expect "an old Go is not asked" 1 "$(with_parts new_enough_go; echo $?)"
fake go 'if [[ $1 == env ]]; then echo go1.26.8; else mkdir -p "$GOBIN"; touch "$GOBIN/grpcurl"; chmod +x "$GOBIN/grpcurl"; fi'
expect "grpcurl is built" "*building grpcurl*is at $tool" "$(with_parts told)"
expect "only once" "is at $tool" "$(with_parts told)"
expect "Go's own folders are gone" "" "$(ls "$EASEL_DEPS_DIR/downloads")"
rm "$work/bin/go"

# A package index on this machine's disk: the URL comes from pip's configuration.
mkdir -p "$work/index/sample" "$work/downloads"
head -c 300000 /dev/urandom >"$work/index/sample-1.0-py3-none-any.whl"
echo '<a href="../sample-1.0-py3-none-any.whl#sha256=x">sample</a>' >"$work/index/sample/index.html"
export PIP_INDEX_URL=file://$work/index
fake curl 'for last; do :; done; while (($# > 1)); do [[ $1 == --output ]] && out=$2; shift; done
  have=$(stat -c %s "$out" 2>/dev/null || echo 0); echo "$have" >>"'"$work"'/offsets"; tail -c +$((have + 1)) "${last#file://}" >>"$out"'
fake python3 'if [[ $1 == *wheel_url.py ]]; then echo "file://'"$work"'/index/$3"; echo; else exec /usr/bin/env -i python3 "$@"; fi'
sha256=$(sha256sum "$work/index/sample-1.0-py3-none-any.whl" | cut -c1-64)
fetch() { with_parts fetch_wheel sample sample-1.0-py3-none-any.whl 300000 "${1:-$sha256}" "$work/downloads"; }
head -c 100000 "$work/index/sample-1.0-py3-none-any.whl" >"$work/downloads/sample-1.0-py3-none-any.whl.part"
fetch >/dev/null
expect "an interrupted download goes on where it stopped" 100000 "$(<"$work/offsets")"
expect "the whole wheel is there" "$sha256*" "$(sha256sum "$work/downloads/sample-1.0-py3-none-any.whl")"
rm "$work"/downloads/* "$work/offsets"
head -c 300000 /dev/zero >"$work/downloads/sample-1.0-py3-none-any.whl.part"
expect "a damaged wheel is fetched anew" "*damaged*fetching it anew*" "$(fetch)"
expect "the new one is right" "$sha256*" "$(sha256sum "$work/downloads/sample-1.0-py3-none-any.whl")"
rm "$work"/downloads/*
expect "a wheel that is not the pinned one is refused" "*does not have the pinned SHA-256*" "$(fetch "${sha256//[0-9]/a}")"
expect "nothing of it stays" "" "$(ls "$work/downloads")"

# ./dev run around an `easel` that only says what it was given.
run_fake() {
  set_up() { :; }; configure() { :; }; compile() { :; }
  torch_root=none httplib_root=none build_dir=$work/build root=$work/checkout invoked_from=$work/elsewhere
  dev_run "$@"
}
mkdir -p "$work/build/bin" "$work/elsewhere" "$work/checkout"
printf '#!/bin/bash\necho "in $PWD: $*"\n' >"$work/build/bin/easel"
chmod +x "$work/build/bin/easel"
expect "run with options draws with the demo model and says where the picture is" \
  "*generate --steps 8 --model $work/checkout/demo/model --prompt *--output $work/checkout/pictures/*.png*the picture is $work/checkout/pictures/*.png" \
  "$(with_parts run_fake --steps 8)"
expect "run passes options on, from where the user stands" "*in $work/elsewhere: generate --model m --prompt p --output o.png --device cpu*" \
  "$(cpu_only=yes with_parts run_fake --model m --prompt p --output o.png)"
printf '#!/bin/bash\nexit 3\n' >"$work/build/bin/easel"
expect "run keeps easel's exit code" 3 "$(with_parts run_fake --steps 8 >/dev/null; echo $?)"

expect "run says that nothing could be served" "*easel serve ended before it served*" "$(with_parts run_fake)"
printf '#!/bin/bash\ntrap "echo ended; exit 0" TERM\necho "easel: the page is at http://127.0.0.1:7999/"\n%s\n' \
  'echo "was given $*"; while true; do sleep 0.02; done' >"$work/build/bin/easel"
fake curl 'echo "{\"image_url\": \"/static/generations/abc.png\"}"; (sleep 0.3; kill -TERM '"\$PPID_OF_DEV"') &'
run_until_stopped() {
  export PPID_OF_DEV=$BASHPID
  run_fake
}
expect "run serves, draws by the REST API, says where the page is, and ends on SIGTERM" \
  "*the picture is $work/checkout/data/generations/abc.png*the page is at http://127.0.0.1:7999/*stopped*" \
  "$(with_parts run_until_stopped)"
expect "run ends what it started" "*ended" "$(<"$work/checkout/data/easel.log")"
cpu_only=yes with_parts run_until_stopped >/dev/null
expect "run --cpu keeps the worker off the GPU" "*was given serve --data-dir $work/checkout/data --device cpu*" "$(<"$work/checkout/data/easel.log")"
fake curl 'echo "{\"error\": \"queue_full\"}"'
expect "run shows the gateway's error" "*no picture: {\"error\": \"queue_full\"}*" "$(with_parts run_until_stopped)"
sleep 0.1
expect "and ends what it started then, too" "*ended" "$(<"$work/checkout/data/easel.log")"
rm "$work/bin/curl"

has() { with_parts has_option "$@" && echo yes || echo no; }
expect "an option as two words" yes "$(has --model --prompt x --model y)"
expect "an option as one word" yes "$(has --model --model=y)"
expect "another option that begins like it" no "$(has --model --models y)"

fake ldd 'cat <<"TEXT"
	linux-vdso.so.1 (0x1)
	libtorch_cpu.so => /t/lib/libtorch_cpu.so (0x1)
	libgomp.so.1 => /t/lib/libgomp.so.1 (0x1)
	libabsl_status.so.20220623 => /usr/lib/libabsl_status.so.20220623 (0x1)
	libc.so.6 => /lib/libc.so.6 (0x1)
	libcudart.so.13 => not found
TEXT'
expect "the GPU bundle takes what a bare machine lacks" /usr/lib/libabsl_status.so.20220623 \
  "$(with_parts bundle_libraries /t/lib easel gpu_test)"
rm "$work/bin/ldd"
mkdir -p "$work/bundle/lib/stdcxx" "$work/torch/lib"
echo GLIBCXX_3.4 >"$work/bundle/lib/stdcxx/needs"
touch "$work/torch/lib/libtorch_cpu.so"
with_parts write_bundle_runner "$work/bundle/run.sh"
export EASEL_TORCH_ROOT=$work/torch
expect "the bundle's runner finds torch's libraries, then its own" "$work/torch/lib:$work/bundle/lib*" \
  "$("$work/bundle/run.sh" printenv LD_LIBRARY_PATH)"
echo "__version__ = '2.9.1'" >"$work/torch/version.py"
expect "and refuses another torch" "*built for torch 2.11*2.9.1*" "$("$work/bundle/run.sh" true 2>&1)"
unset EASEL_TORCH_ROOT

for bench in $(sed -n 's/.*\[\[ ${1:-} == \([a-z]*\) \]\].*/\1/p' tools/dev/bench.sh); do
  expect "./dev help lists bench $bench once" 1 "$(./dev help | grep -c "^  bench $bench ")"
done

echo "$failures failures"
((failures == 0))
