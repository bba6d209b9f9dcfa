# ./dev run: from nothing to a picture.

# dev_run [easel generate's options]: without --model the demo model draws.
dev_run() {
  local arguments=("$@") picture="" code=0
  set_up
  configure_release
  compile "$build_dir" easel
  if ! has_option --model "$@"; then arguments+=(--model "$root/demo/model"); fi
  if ! has_option --prompt "$@" && ! has_option --prompt-file "$@"; then
    arguments+=(--prompt "a large red circle on a blue background")
  fi
  if [[ $cpu_only == yes ]] && ! has_option --device "$@"; then arguments+=(--device cpu); fi
  if ! has_option --output "$@"; then
    picture=$root/pictures/$(date +%Y%m%d-%H%M%S).png
    mkdir -p "$root/pictures"
    arguments+=(--output "$picture")
  fi
  step "easel generate ${arguments[*]@Q}"
  # Paths in the options are meant from where the user stands.
  (cd "$invoked_from" && "$build_dir/bin/easel" generate "${arguments[@]}") || code=$?
  if ((code != 0)); then
    printf 'dev: easel generate failed. Its message is above; %s generate --help lists the options\n' "$build_dir/bin/easel" >&2
    exit "$code"
  fi
  step "done${picture:+: the picture is $picture}"
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
