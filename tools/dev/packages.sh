# Debian packages: which are missing, and how they get installed.

# listed_packages FILE...: the first column of the lists.
listed_packages() { awk '!/^#/ && NF { print $1 }' "$@"; }

# missing_packages FILE...: those of the lists that dpkg does not have installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '$1 == "installed" { print $2 }')
  comm -23 <(listed_packages "$@" | sort -u) <(sort -u <<<"$installed")
}

# has_known_packages: is this a system whose packages carry the names of our lists?
has_known_packages() {
  local id="" version=""
  if [[ -r ${EASEL_OS_RELEASE:-/etc/os-release} ]]; then
    id=$(. "${EASEL_OS_RELEASE:-/etc/os-release}" && echo "${ID:-}")
    version=$(. "${EASEL_OS_RELEASE:-/etc/os-release}" && echo "${VERSION_ID:-0}")
  fi
  case $id in
    debian) ((${version%%.*} >= 12)) ;;
    ubuntu) ((${version%%.*} >= 24)) ;;
    *) return 1 ;;
  esac
}

explain_other_system() {
  echo "This is not Debian 12 (or a newer Debian or Ubuntu), so ./dev installs no packages. It needs:"
  awk '!/^#/ && NF { $1 = ""; print "  -" $0 }' tools/dev/packages.txt
  echo "With these and libtorch 2.9 or newer (the torch folder of a wheel, or an unpacked libtorch):"
  echo "and cpp-httplib 0.41 or newer (the folder with httplib.h):"
  echo "  EASEL_TORCH_ROOT=DIR EASEL_HTTPLIB_ROOT=DIR cmake --preset release && cmake --build --preset release"
  echo "Once the build works, ./dev --no-install run, test and so on work as well."
}

# as_root: a prefix that runs a command as root, empty for root itself; fails where there is none.
as_root() {
  if ((EUID == 0)); then return 0; fi
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then echo "sudo -n"; return 0; fi
  return 1
}

apt_install() {
  local prefix=$1
  shift
  # shellcheck disable=SC2086  # the prefix is empty or two words
  $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# ensure_packages FILE...: installs what the lists name and this machine lacks.
ensure_packages() {
  if ! has_known_packages; then
    if [[ $no_install == yes ]]; then return 0; fi
    explain_other_system
    exit 1
  fi
  local missing prefix line
  missing=$(missing_packages "$@" | tr '\n' ' ')
  missing=${missing% }
  if [[ -z $missing ]]; then return 0; fi
  line="apt-get install --no-install-recommends $missing"
  if [[ $no_install == yes ]]; then die "packages are missing and --no-install was given" "As root: $line"; fi
  if ! prefix=$(as_root); then die "packages are missing and only root can install them" "As root: $line"; fi

  step "installing $(wc -w <<<"$missing") Debian packages: $missing"
  need_disk /var 1500 "installing packages"
  # The package lists are fetched only where they are absent or too old to install from.
  # shellcheck disable=SC2086  # a list of words
  apt-get install --simulate $missing >/dev/null 2>&1 && apt_install "$prefix" $missing && return 0
  $prefix apt-get update -q </dev/null || die "apt-get update failed" "Check /etc/apt/sources.list and the network"
  # shellcheck disable=SC2086
  apt_install "$prefix" $missing || die "apt-get install failed" "See its output above; as root: $line"
}
