# cpp-httplib, newer than the release's own: Debian 12 has 0.11.4, which must not face users. The source
# package of Debian's testing suite comes from the mirror that this machine uses; apt checks its signature.
#
#   $EASEL_DEPS_DIR/httplib/{httplib.h,version,LICENSE}     what EASEL_HTTPLIB_ROOT names

readonly httplib_oldest=0.41.0

# httplib_version FOLDER: of its httplib.h, or nothing.
httplib_version() { sed -n 's/^#define CPPHTTPLIB_VERSION "\(.*\)"$/\1/p' "$1/httplib.h" 2>/dev/null; }

# httplib_is_new_enough FOLDER
httplib_is_new_enough() {
  local version
  version=$(httplib_version "$1")
  [[ -n $version ]] && printf '%s\n%s\n' "$httplib_oldest" "$version" | sort -C -V
}

# debian_mirror: where this machine has Debian's packages from.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "Debian" && $3 == "main" && $1 !~ /security/ { print $1; exit }'
}

# fetch_httplib_source FOLDER: the source package of testing, by a private package list.
fetch_httplib_source() {
  local folder=$1 options mirror
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "apt knows no Debian mirror" "Run apt-get update, or give EASEL_HTTPLIB_ROOT=DIR"
  mkdir -p "$folder"/{parts,lists/partial,cache/archives/partial}
  printf 'Types: deb-src\nURIs: %s\nSuites: testing\nComponents: main\nSigned-By: %s\n' "$mirror" \
    /usr/share/keyrings/debian-archive-keyring.gpg >"$folder/parts/testing.sources"
  # A mirror that is frozen is good enough: its signature is checked, and so is the version.
  options=(-q -o Acquire::Check-Valid-Until=false -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$folder/parts" -o "Dir::State::Lists=$folder/lists"
    -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update </dev/null >"$folder/log" 2>&1 &&
    (cd "$folder" && apt-get "${options[@]}" source --download-only cpp-httplib </dev/null >>"$folder/log" 2>&1)
}

install_httplib() {
  local target=$1 work=$deps_dir/downloads/httplib
  step "fetching the source of cpp-httplib (1 MB) from Debian's testing suite, into $target"
  rm -rf "$work"
  if ! fetch_httplib_source "$work"; then
    tail -n 5 "$work/log" >&2
    die "cpp-httplib could not be fetched" "Check the network, or give EASEL_HTTPLIB_ROOT=DIR with a httplib.h of $httplib_oldest or newer"
  fi
  tar --extract --xz --strip-components 1 --directory "$work" --file "$work"/cpp-httplib_*.orig.tar.xz ||
    die "unpacking cpp-httplib failed" "Is $work writable, with free disk?"
  httplib_is_new_enough "$work" ||
    die "Debian's testing suite has cpp-httplib '$(httplib_version "$work")'; $httplib_oldest or newer is needed" "Give EASEL_HTTPLIB_ROOT=DIR"
  mkdir -p "$target"
  cp "$work/LICENSE" "$target/"
  httplib_version "$work" >"$target/version"
  mv "$work/httplib.h" "$target/httplib.h"
  rm -rf "$work"
}

# ensure_httplib: sets httplib_root.
ensure_httplib() {
  if [[ -n ${EASEL_HTTPLIB_ROOT:-} ]]; then
    httplib_root=$(realpath -m "$EASEL_HTTPLIB_ROOT")
    httplib_is_new_enough "$httplib_root" ||
      die "EASEL_HTTPLIB_ROOT=$EASEL_HTTPLIB_ROOT has no httplib.h of $httplib_oldest or newer" "Name another folder, or unset it to have it fetched"
    return 0
  fi
  httplib_root=$deps_dir/httplib
  if httplib_is_new_enough "$httplib_root"; then return 0; fi
  if [[ $no_install == yes ]]; then
    die "cpp-httplib is missing and --no-install was given" "Run ./dev build without it, or give EASEL_HTTPLIB_ROOT=DIR"
  fi
  has_known_packages || die "cpp-httplib is only fetched on Debian" "Give EASEL_HTTPLIB_ROOT=DIR with a httplib.h of $httplib_oldest or newer"
  mkdir -p "$deps_dir" || die "$deps_dir cannot be written" "Name another folder: EASEL_DEPS_DIR=DIR ./dev build"
  exec {lock}>"$deps_dir/lock"
  flock "$lock"
  httplib_is_new_enough "$httplib_root" || install_httplib "$httplib_root"
  exec {lock}>&-
}
