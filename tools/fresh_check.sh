#!/usr/bin/env bash
# Both commands on a fresh machine: a minimal Debian 12 in a folder, only git added, a clone of HEAD inside.
#
#   tools/fresh_check.sh [DEV_COMMAND...]     as root; the commands are run, run, test when none is given
#
# What the machine at hand has installed does not show in there. How to reach the network does: its package
# mirror, proxy, certificates and pip settings are copied. FRESH_KEEP=1 keeps the folder, FRESH_DIR names it.
set -euo pipefail

root=$(dirname "$(readlink -f "$0")")/..
commands=("$@")
if ((${#commands[@]} == 0)); then commands=(run run test); fi

fail() { printf 'fresh_check: %s\n' "$*" >&2; exit 1; }
say() { printf '== fresh_check %4ds  %s\n' "$SECONDS" "$*"; }

((EUID == 0)) || fail "debootstrap and chroot need root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"

target=${FRESH_DIR:-$(mktemp -d /var/tmp/easel-fresh.XXXXXX)}
if (($(df -Pk "$(dirname "$target")" | awk 'NR == 2 { print int($4 / 1000) }') < 8000)); then
  fail "$target needs 8 GB of free disk; name another folder with FRESH_DIR"
fi
# Mounts live in a namespace of their own (unshare), so nothing of this machine is below the folder.
clean_up() { if [[ -z ${FRESH_KEEP:-} ]]; then rm -rf --one-file-system "$target"; fi; }
trap clean_up EXIT

# The mirror that this machine's apt has for bookworm; without one, debootstrap's own choice.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
  awk '$2 == "bookworm" { print $1; exit }')
say "debootstrap into $target"
debootstrap --variant=minbase bookworm "$target" ${mirror:+"$mirror"} >"$target.log" 2>&1 ||
  { tail -n 20 "$target.log" >&2; fail "debootstrap failed; $target.log says why"; }
rm -f "$target.log"
chmod 755 "$target" # apt downloads as a user of its own

# copy_setting FILE [FILE_THERE]: the same file in there, when this machine has it.
copy_setting() {
  local there=$target${2:-$1}
  if [[ -e $1 ]]; then mkdir -p "$(dirname "$there")" && cp -rLT "$1" "$there"; fi
}
copy_setting /etc/resolv.conf
copy_setting /etc/hosts
copy_setting /etc/pip.conf
copy_setting "$HOME/.config/pip/pip.conf" /etc/xdg/pip/pip.conf
copy_setting /usr/local/share/ca-certificates
for file in /etc/apt/apt.conf.d/*; do
  if grep -qiE '^[^/]*Acquire::[a-z:]*(proxy|cainfo)' "$file"; then copy_setting "$file"; fi
done
# security and updates too, as an installed Debian has them
apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
  grep -E ' bookworm(-security|-updates)? main$' | sort -u >"$target/etc/apt/sources.list"

# How to reach the network, from this machine's environment; certificates are those of Debian's bundle in there.
network=()
while IFS='=' read -r name value; do
  case $name in
    PIP_CERT | CURL_CA_BUNDLE | SSL_CERT_FILE | REQUESTS_CA_BUNDLE | GIT_SSL_CAINFO) value=/etc/ssl/certs/ca-certificates.crt ;;
    PIP_FIND_LINKS) continue ;;
    PIP_* | http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY) ;;
    *) continue ;;
  esac
  network+=("$name=$value")
done < <(env)

# inside COMMAND: a clean shell on the new machine.
inside() {
  unshare --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount -t tmpfs tmpfs "$0/dev/shm" && mount -t devpts devpts "$0/dev/pts"
    exec chroot "$0" /usr/bin/env -i "${@:2}" bash -c "$1"' "$target" "$1" \
    HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "${network[@]}"
}
# used_mb: what the machine in the folder takes.
used_mb() { du -sxm "$target" | cut -f1; }

say "installing git, and nothing else"
inside 'apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends git >/dev/null' || fail "git could not be installed"
git -C "$root" bundle create --quiet "$target/root/easel.bundle" HEAD
inside 'cd && git clone --quiet --branch HEAD easel.bundle easel 2>/dev/null || { git init -q easel && cd easel && git fetch -q ../easel.bundle HEAD && git checkout -q FETCH_HEAD; }' ||
  fail "the clone failed"
rm "$target/root/easel.bundle"
before_mb=$(used_mb)
say "a machine of $before_mb MB with $(git -C "$root" rev-parse --short HEAD)"

# `./dev run` serves until it is told to end: once the page is there.
run_until_served='cd && cd easel && ( ./dev run </dev/null 2>&1 & echo $! >/tmp/run.pid; wait $! ) | tee /tmp/run.log |
  while read -r line; do echo "$line"; if [[ $line == *"the page is at"* ]]; then kill -TERM "$(</tmp/run.pid)"; fi; done
  ended=${PIPESTATUS[0]}; grep -q "the picture is" /tmp/run.log && exit "$ended"'

for command in "${commands[@]}"; do
  started=$SECONDS
  say "./dev $command"
  script="cd && cd easel && ./dev $command </dev/null"
  if [[ $command == run ]]; then script=$run_until_served; fi
  inside "$script" || fail "./dev $command failed after $((SECONDS - started)) s"
  say "./dev $command took $((SECONDS - started)) s; the disk holds $(($(used_mb) - before_mb)) MB more"
done
say "passed: ./dev ${commands[*]}"
