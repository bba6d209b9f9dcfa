# Configure and compile.

build_dir=${EASEL_BUILD_DIR:-$root/build}

# set_up: everything that a build needs, on a machine that may have nothing.
set_up() {
  ensure_packages tools/dev/packages.txt "$@"
  ensure_torch
  ensure_httplib
}

# configure FOLDER CMAKE_ARGUMENT...: runs CMake only when the arguments differ from the last time.
configure() {
  local folder=$1 arguments
  shift
  arguments=$(printf '%s\n' "$@")
  if [[ -f $folder/build.ninja && -f $folder/dev_arguments && $(<"$folder/dev_arguments") == "$arguments" ]]; then return 0; fi
  step "configuring $folder"
  need_disk "$folder" 1500 "a build"
  mkdir -p "$folder"
  cmake -S "$root" -B "$folder" -G Ninja "$@" >"$folder/configure.log" 2>&1 || {
    tail -n 30 "$folder/configure.log" >&2
    die "CMake failed" "The lines above say why; all of it is in $folder/configure.log"
  }
  echo "$arguments" >"$folder/dev_arguments"
}

# compile FOLDER [TARGET...]
compile() {
  local folder=$1 jobs
  shift
  jobs=$(build_jobs)
  step "building ${*:-everything} in $folder with $jobs jobs"
  cmake --build "$folder" -j "$jobs" ${1:+--target "$@"} || die "the build failed" "The first error above is the cause; ./dev build tries again"
}

configure_release() { configure "$build_dir" -DCMAKE_BUILD_TYPE=Release -DEASEL_TORCH_ROOT="$torch_root" -DEASEL_HTTPLIB_ROOT="$httplib_root"; }

dev_build() {
  set_up
  configure_release
  compile "$build_dir" "$@"
}
