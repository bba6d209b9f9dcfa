#!/usr/bin/env bash
# Edits a picture through the gateway.
#
#   deploy/scripts/curl_edit.sh PICTURE PROMPT [OUTPUT.png] [FIELD=VALUE...]
#
#   deploy/scripts/curl_edit.sh me.jpg "as a bronze statue" statue.png strength=0.7 seed=1 resolution=1024x768
#   deploy/scripts/curl_edit.sh room.png "a red sofa" out.png mask=@sofa_mask.png
#
# PICTURE is PNG, JPEG or WebP, at most 25 MiB; the fields are those of POST /edit (docs/rest_api.md), and a value
# that begins with @ is a file. OUTPUT.png is edited.png where it is not given.
#   EASEL_URL      the gateway, http://127.0.0.1:7999 where it is not set
#   EASEL_API_KEY  sent as Authorization: Bearer, where it is set
set -euo pipefail

url=${EASEL_URL:-http://127.0.0.1:7999}

if (($# < 2)); then
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
picture=$1 prompt=$2 output=edited.png
shift 2
if (($# > 0)) && [[ $1 != *=* ]]; then output=$1 && shift; fi
if [[ ! -r $picture ]]; then
  echo "curl_edit: $picture cannot be read" >&2
  exit 2
fi

# curl's own quoting of a file's name; the name itself stays here.
upload() {
  local file=${2//\\/\\\\}
  echo "$1=@\"${file//\"/\\\"}\";filename=picture"
}
# --form-string takes a prompt as it is, also one that begins with @ or has a semicolon in it.
fields=(--form "$(upload image "$picture")" --form-string "prompt=$prompt")
for field in "$@"; do
  if [[ $field == *=@* ]]; then
    fields+=(--form "$(upload "${field%%=@*}" "${field#*=@}")")
  elif [[ $field == *=* ]]; then
    fields+=(--form-string "$field")
  else
    echo "curl_edit: '$field' is not FIELD=VALUE" >&2
    exit 2
  fi
done
key=()
if [[ -n ${EASEL_API_KEY:-} ]]; then key=(--header @-); fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The key comes from the standard input, so that no list of processes shows it.
status=$(printf 'Authorization: Bearer %s\n' "${EASEL_API_KEY:-}" |
  curl --silent --show-error --max-time 900 --header 'Expect:' "${key[@]}" "${fields[@]}" \
    --dump-header "$work/head" --output "$work/body" --write-out '%{http_code}' "$url/edit") || exit 1
if [[ $status != 200 ]]; then
  echo "curl_edit: $status $(<"$work/body")" >&2
  exit 1
fi
mv "$work/body" "$output"
header() { sed -n "s/^$1: *\([^\r]*\).*$/\1/Ip" "$work/head"; }
echo "$output: seed $(header X-Seed), generation $(header X-Generation-Id), request $(header X-Request-Id)"
