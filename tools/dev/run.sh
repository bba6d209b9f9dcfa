# ./dev run: from nothing to a picture.

# dev_run [easel generate's options]: without --model the demo model draws.
dev_run() {
  local arguments=("$@") picture stamp
  set_up
  configure_release
  compile "$build_dir" easel
  if ! has_option --model "$@"; then arguments+=(--model "$root/demo/model"); fi
  if ! has_option --prompt "$@"; then
    arguments+=(--prompt "a small red circle left of a large blue square on a white background")
  fi
  if [[ $cpu_only == yes ]] && ! has_option --device "$@"; then arguments+=(--device cpu); fi
  if ! has_option --output "$@"; then
    stamp=$(date +%Y%m%d-%H%M%S)
    picture=$root/pictures/$stamp.png
    mkdir -p "$root/pictures"
    arguments+=(--output "$picture")
  fi
  step "easel generate ${arguments[*]@Q}"
  # Paths in the options are meant from where the user stands.
  (cd "$invoked_from" && "$build_dir/bin/easel" generate "${arguments[@]}") ||
    die "easel generate failed (exit code $?)" "Its message is above; ./build/bin/easel generate --help lists the options"
  if [[ -n ${picture:-} ]]; then step "the picture is $picture"; else step "done"; fi
}

# has_option NAME ARGUMENT...: is NAME among the arguments, as `NAME value` or `NAME=value`?
has_option() {
  local name=$1 argument
  shift
  for argument in "$@"; do
    if [[ $argument == "$name" || $argument == "$name="* ]]; then return 0; fi
  done
  return 1
}
