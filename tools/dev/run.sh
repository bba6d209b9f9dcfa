# ./dev run: from nothing to a picture.

# dev_run [OPTION...]: without options worker, gateway and page, until Ctrl-C; with some, what
# `easel generate` makes of them (without --model the demo model draws).
dev_run() {
  set_up
  configure_release
  if (($# == 0)); then
    compile "$build_dir" easel easel-worker easel-gateway
    serve_and_draw
  else
    compile "$build_dir" easel
    draw_one "$@"
  fi
}

draw_one() {
  local arguments=("$@") picture="" code=0
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

# serve_and_draw: both processes, a first picture through the REST API, and on until Ctrl-C.
serve_and_draw() {
  local data=${EASEL_DATA_DIR:-$root/data} log=$root/data/easel.log server code=0 options=()
  if [[ $cpu_only == yes ]]; then options+=(--device cpu); fi
  mkdir -p "$data" "$root/data"
  step "easel serve --data-dir $data (its log: $log)"
  : >"$log"
  "$build_dir/bin/easel" serve --data-dir "$data" "${options[@]}" >>"$log" 2>&1 &
  server=$!
  # Ctrl-C reaches both of us; a signal to this script alone is passed on, and nothing outlives it.
  # shellcheck disable=SC2064  # the process of now
  trap "kill -TERM $server 2>/dev/null" TERM INT EXIT
  wait_for_page "$server" "$log"
  draw_by_rest "$data"
  step "the page is at $(page_address "$log") — Ctrl-C ends it"
  while kill -0 "$server" 2>/dev/null; do wait "$server" || code=$?; done
  trap - TERM INT EXIT
  if ((code > 0 && code < 128)); then
    tail -n 5 "$log" >&2
    die "easel serve ended with code $code" "Its log: $log"
  fi
  step "stopped"
}

# page_address LOG: what `easel serve` printed.
page_address() { sed -n 's/^easel: the page is at \(.*\)$/\1/p' "$1"; }

# wait_for_page PID LOG
wait_for_page() {
  while [[ -z $(page_address "$2") ]]; do
    if ! kill -0 "$1" 2>/dev/null; then
      tail -n 5 "$2" >&2
      die "easel serve ended before it served" "Its log: $2. Is another one running? EASEL_GATEWAY_PORT and EASEL_WORKER_ADDRESS name other places"
    fi
    sleep 0.1
  done
}

# draw_by_rest DATA_FOLDER: one picture, as a frontend would ask for it.
draw_by_rest() {
  local body='{"prompt": "a large red circle on a blue background", "engine": "demo", "seed": 1}' answer url address
  address=$(page_address "$root/data/easel.log")
  step "curl -d '$body' ${address}api/generate"
  answer=$(curl --silent --show-error --max-time 600 -H 'Content-Type: application/json' -d "$body" "${address}api/generate") ||
    die "the gateway did not answer" "Its log: $root/data/easel.log"
  url=$(sed -n 's/.*"image_url": *"\([^"]*\)".*/\1/p' <<<"$answer")
  [[ -n $url ]] || die "no picture: $answer" "The log: $root/data/easel.log"
  step "the picture is $1/generations/${url##*/}, and at ${address%/}$url"
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
