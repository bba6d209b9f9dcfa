# How the developer commands speak: one line a step, and one line for a failure with its way out.

# step TEXT: announces what starts now, with the seconds since ./dev started.
step() {
  local bold="" plain=""
  if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
  printf '%s== %4ds  %s%s\n' "$bold" "$SECONDS" "$*" "$plain"
}

note() { printf '           %s\n' "$*"; }

# die WHAT_FAILED WHAT_TO_DO
die() {
  printf 'dev: %s. %s\n' "$1" "$2" >&2
  exit 1
}

# megabytes BYTES
megabytes() { echo $(($1 / 1000000)); }
