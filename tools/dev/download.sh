# Fetches one pinned wheel; an interrupted download goes on where it stopped.

sha256_is() { sha256sum "$1" 2>/dev/null | grep -q "^$2 "; }

# resume URL CA_FILE FILE: appends what FILE lacks.
resume() {
  local progress=(--no-progress-meter) ca=()
  if [[ -t 2 ]]; then progress=(--progress-bar); fi
  if [[ -n $2 ]]; then ca=(--cacert "$2"); fi
  curl --fail --location --continue-at - --retry 5 --retry-delay 2 --retry-all-errors \
    --connect-timeout 30 --speed-limit 1000 --speed-time 60 "${progress[@]}" "${ca[@]}" --output "$3" "$1"
}

# pip_download PROJECT FILE SHA256 FOLDER: the slow way, for indexes that only pip understands. It cannot resume.
pip_download() {
  local version python_tag platforms=() tag
  IFS=- read -r _ version python_tag _ tag <<<"${2%.whl}"
  for tag in ${tag//./ }; do platforms+=(--platform "$tag"); done
  printf '%s==%s --hash=sha256:%s\n' "$1" "$version" "$3" >"$4/requirement.txt"
  python3 -m pip download --no-deps --require-hashes --only-binary=:all: --dest "$4" "${platforms[@]}" \
    --python-version "$([[ $python_tag == cp* ]] && echo "${python_tag#cp}" || echo 311)" --requirement "$4/requirement.txt"
}

# fetch_wheel PROJECT FILE BYTES SHA256 FOLDER: FOLDER/FILE is there and right afterwards.
fetch_wheel() {
  local project=$1 file=$2 bytes=$3 sha256=$4 folder=$5 part place url ca attempt
  part=$folder/$file.part
  if sha256_is "$folder/$file" "$sha256"; then return 0; fi
  for attempt in 1 2; do
    if [[ -f $part ]] && (($(stat -c %s "$part") > bytes)); then rm -f "$part"; fi
    note "$file ($(megabytes "$bytes") MB$([[ -f $part ]] && echo ", going on at $(megabytes "$(stat -c %s "$part")") MB"))"
    if [[ ! -f $part ]] || (($(stat -c %s "$part") < bytes)); then
      place=$(python3 tools/dev/wheel_url.py "$project" "$file") || break
      { read -r url && read -r ca; } <<<"$place" || true
      resume "$url" "$ca" "$part" ||
        die "the download of $file stopped" "Check the network and run the same command again: it goes on from there"
    fi
    if sha256_is "$part" "$sha256"; then
      mv "$part" "$folder/$file"
      return 0
    fi
    note "$file is damaged (its SHA-256 is not the pinned one); fetching it anew"
    rm -f "$part"
  done
  if [[ -n ${place:-} ]]; then die "$file does not have the pinned SHA-256" "Check the package index or proxy of this machine (pip config list)"; fi
  note "the index page of $project could not be read; asking pip"
  pip_download "$project" "$file" "$sha256" "$folder" && sha256_is "$folder/$file" "$sha256" ||
    die "$file could not be fetched" "Check the network and pip's settings (pip config list), or give EASEL_TORCH_ROOT=DIR"
}
