# ./dev clean: back to a fresh checkout, but for libtorch and the pictures.
dev_clean() {
  local folder
  for folder in "$build_dir" "$root"/build-{asan,fuzz,lint,bench}; do
    if [[ -f $folder/CMakeCache.txt || -f $folder/dev_arguments ]]; then
      note "deleting $folder"
      rm -rf "$folder"
    fi
  done
  if [[ -f $root/build-gpu-bundle/run.sh ]]; then
    note "deleting $root/build-gpu-bundle"
    rm -rf "$root/build-gpu-bundle"
  fi
}
