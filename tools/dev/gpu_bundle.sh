# ./dev gpu-bundle: command, GPU tests and measurements in build-gpu-bundle/, for a machine with a GPU that has a torch of
# its own but none of Debian's packages. There: ./run.sh COMMAND..., for example ./run.sh gpu_test.

readonly bundle_limit_mb=24

# Found on every machine that runs torch, or torch's own.
readonly bundle_leaves_out='^(ld-linux.*|linux-vdso|libc|libm|libdl|librt|libpthread|libresolv|libtorch.*|libc10.*|libgomp|libcud.*|libnv.*|libcupti)[.-]'

# bundle_libraries TORCH_LIB PROGRAM...: the shared libraries that a bare machine lacks, a path a line.
bundle_libraries() {
  local torch_lib=$1 program
  shift
  for program in "$@"; do
    LD_LIBRARY_PATH=$torch_lib ldd "$program" || die "ldd cannot read $program" "Was it built? ./dev build easel gpu_test"
  done | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
    if [[ $(basename "$library") =~ $bundle_leaves_out ]]; then continue; fi
    echo "$library"
  done
}

write_bundle_runner() {
  cat >"$1" <<'TEXT'
#!/usr/bin/env bash
# ./run.sh COMMAND [ARGUMENT...]: easel, gpu_test, or any other command, with this machine's own torch 2.11.
#   ./run.sh easel doctor
#   ./run.sh gpu_test
#   ./run.sh python3 -m tools.bench.gpu
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

torch=${EASEL_TORCH_ROOT:-}
if [[ -z $torch ]]; then
  torch=$(python3 -c 'import importlib.util, pathlib
spec = importlib.util.find_spec("torch")
print(pathlib.Path(spec.origin).parent if spec else "")') || torch=""
fi
if [[ ! -f $torch/lib/libtorch_cpu.so ]]; then
  echo "run.sh: python3 finds no torch; EASEL_TORCH_ROOT=DIR names the torch folder of a wheel" >&2
  exit 2
fi
if [[ -f $torch/version.py ]] && ! grep -q "'2\.11\." "$torch/version.py"; then
  echo "run.sh: the programs are built for torch 2.11, $torch has $(grep -m1 __version__ "$torch/version.py")" >&2
  exit 2
fi

path=$torch/lib:$here/lib
for folder in "$torch"/../nvidia/*/lib; do if [[ -d $folder ]]; then path+=:$folder; fi; done
# The machine's own C++ library where it is as new as the one that the programs were built with.
if ! { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | awk '/libstdc\+\+\.so\.6 .*x86-64|libstdc\+\+\.so\.6 .*AArch64/ { print $NF; exit }' |
  xargs -r grep -qa "$(<"$here/lib/stdcxx/needs")"; then
  path+=:$here/lib/stdcxx
fi
export LD_LIBRARY_PATH=$path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export EASEL_TEST_DATA=$here/tests/data
export EASEL_DEMO_DIR=${EASEL_DEMO_DIR:-$here/tests/data/flux/models/dev_a}
export PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH}
PATH=$here/bin:$PATH
exec "$@"
TEXT
  chmod +x "$1"
}

# newest_glibcxx PROGRAM...: the newest version of the C++ library's symbols that they need.
newest_glibcxx() { objdump -T "$@" | grep -o 'GLIBCXX_[0-9.]*' | sort -uV | tail -n 1; }

# pack_gpu_bundle BUILD_FOLDER TORCH_ROOT BUNDLE
pack_gpu_bundle() {
  local build=$1 torch_lib=$2/lib bundle=$3 programs=("$1/bin/easel" "$1/tests/gpu_test") library megabytes
  rm -rf "$bundle"
  mkdir -p "$bundle"/{bin,lib/stdcxx,tools/bench,tests/data/flux/models}
  cp "${programs[@]}" "$bundle/bin/"
  bundle_libraries "$torch_lib" "${programs[@]}" >"$bundle/libraries"
  while read -r library; do
    # Never older than the machine's own: what is its own may need more of them.
    if [[ $library == */lib@(stdc++|gcc_s).so* ]]; then cp -L "$library" "$bundle/lib/stdcxx/"; else cp -L "$library" "$bundle/lib/"; fi
  done <"$bundle/libraries"
  rm "$bundle/libraries"
  newest_glibcxx "${programs[@]}" >"$bundle/lib/stdcxx/needs"
  find "$bundle/bin" "$bundle/lib" -type f ! -name needs -exec strip --strip-unneeded {} +
  cp -r tools/bench/{gpu,memory} "$bundle/tools/bench/"
  cp tools/bench/{__init__,machine}.py "$bundle/tools/bench/"
  cp -r tests/data/flux/models/dev_a "$bundle/tests/data/flux/models/"
  cp tests/data/flux/published_keys.json "$bundle/tests/data/flux/"
  find "$bundle" -name __pycache__ -prune -exec rm -rf {} +
  write_bundle_runner "$bundle/run.sh"
  megabytes=$(du -sm --apparent-size "$bundle" | cut -f1)
  if ((megabytes > bundle_limit_mb)); then
    die "the bundle has $megabytes MB, $bundle_limit_mb are allowed" "du -a $bundle | sort -n shows what is large"
  fi
  note "$bundle: $megabytes MB; needs $(objdump -T "$bundle"/bin/* "$bundle"/lib/*.so* | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1) or newer and torch $torch_version"
}

dev_gpu_bundle() {
  dev_build easel gpu_test
  step "packing the bundle for a machine with a GPU"
  pack_gpu_bundle "$build_dir" "$torch_root" "$root/build-gpu-bundle"
}
