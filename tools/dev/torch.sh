# libtorch from the pinned wheels, in a folder outside the checkout so that every clone shares it.
#
#   $EASEL_DEPS_DIR/torch-2.11.0/torch/{include,lib}     what EASEL_TORCH_ROOT names
#   $EASEL_DEPS_DIR/torch-2.11.0/nvidia/...              side by side, as libtorch_cpu.so's RPATH wants it
#   $EASEL_DEPS_DIR/torch-2.11.0/complete-{cpu,cuda}     written last; holds the hash of the pinned lines

readonly torch_version=2.11.0
readonly torch_wheels=tools/dev/torch_wheels.txt
deps_dir=${EASEL_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/easel}

# pinned_wheels cpu|cuda: lines "project file bytes sha256" for this machine; cuda includes cpu.
pinned_wheels() {
  awk -v device="$1" -v machine="$(uname -m)" \
    '!/^#/ && $2 == machine && ($1 == "cpu" || device == "cuda") { print $3, $4, $5, $6 }' "$torch_wheels"
}

pinned_hash() { pinned_wheels "$1" | sha256sum | cut -c1-64; }

# torch_is_complete FOLDER cpu|cuda
torch_is_complete() { [[ -f $1/complete-$2 && $(<"$1/complete-$2") == "$(pinned_hash "$2")" ]]; }

# unpack_wheel WHEEL FOLDER cpu|cuda: headers and libraries only, nothing of Python.
unpack_wheel() {
  local without=('*.py' '*.a' '*libtorch_python*' '*libshm*' '*libtorch_global_deps*')
  if [[ $3 == cpu ]]; then without+=('*libtorch_cuda*' '*libc10_cuda*' '*libcaffe2_nvrtc*' '*libtorch_nvshmem*' 'torch/lib/libtorch.so'); fi
  local status=0
  unzip -q -o "$1" 'torch/include/*' 'torch/lib/*' 'torch.libs/*' 'nvidia/*/lib/*' '*.dist-info/*LICENSE*' \
    -x "${without[@]}" -d "$2" 2>/dev/null || status=$?
  # 11: a wheel has no file for one of the patterns, which is so for each of them.
  ((status == 0 || status == 11))
}

# need_torch_disk FOLDER cpu|cuda: wheels are deleted one by one once unpacked.
need_torch_disk() {
  if [[ $2 == cuda ]]; then need_disk "$1" 6000 "libtorch with CUDA"; else need_disk "$1" 1300 "libtorch"; fi
}

install_torch() {
  local target=$1 set=$2 downloads=$deps_dir/downloads total project file bytes sha256
  total=$(pinned_wheels "$set" | awk '{ sum += $3 } END { print sum + 0 }')
  if ((total == 0)); then
    die "no libtorch is pinned for $(uname -m)" "Give your own libtorch 2.9 or newer: EASEL_TORCH_ROOT=DIR ./dev build"
  fi
  step "fetching libtorch $torch_version ($set): $(megabytes "$total") MB, into $target"
  if [[ $set == cuda ]]; then note "that is with CUDA's libraries, 4 GB unpacked; --cpu does without them"; fi
  need_torch_disk "$deps_dir" "$set"
  mkdir -p "$downloads" "$target"
  rm -f "$target"/complete-*
  while read -r project file bytes sha256; do
    fetch_wheel "$project" "$file" "$bytes" "$sha256" "$downloads"
    note "unpacking $file"
    unpack_wheel "$downloads/$file" "$target" "$set" || die "unpacking $file failed" "Is $target writable, with free disk?"
    rm -f "$downloads/$file"
  done < <(pinned_wheels "$set")
  pinned_hash cpu >"$target/complete-cpu"
  if [[ $set == cuda ]]; then pinned_hash cuda >"$target/complete-cuda"; fi
}

# ensure_torch: sets torch_root.
ensure_torch() {
  if [[ -n ${EASEL_TORCH_ROOT:-} ]]; then
    torch_root=$(realpath -m "$EASEL_TORCH_ROOT")
    [[ -f $torch_root/lib/libtorch_cpu.so ]] ||
      die "EASEL_TORCH_ROOT=$EASEL_TORCH_ROOT has no lib/libtorch_cpu.so" "Name the torch folder of a wheel, or unset it to have libtorch fetched"
    return 0
  fi
  local target=$deps_dir/torch-$torch_version
  choose_device
  torch_root=$target/torch
  if torch_is_complete "$target" "$device"; then return 0; fi
  if [[ $no_install == yes ]]; then
    die "libtorch is missing and --no-install was given" "Run ./dev build without it, or give EASEL_TORCH_ROOT=DIR"
  fi
  mkdir -p "$deps_dir" || die "$deps_dir cannot be written" "Name another folder: EASEL_DEPS_DIR=DIR ./dev build"
  # Two checkouts may set up at once: the second waits and finds the work done.
  exec {lock}>"$deps_dir/lock"
  flock "$lock"
  torch_is_complete "$target" "$device" || install_torch "$target" "$device"
  exec {lock}>&-
}
