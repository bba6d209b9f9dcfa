# Disk, memory and cores, looked at before a step needs them.

# free_mb FOLDER: free space there (or at its first parent that exists), in MB.
free_mb() {
  local folder=$1
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  df -Pk "$folder" | awk 'NR == 2 { print int($4 * 1024 / 1000000) }'
}

# need_disk FOLDER MB PURPOSE
need_disk() {
  local free
  free=$(free_mb "$1")
  if ((free < $2)); then
    die "$3 needs about $2 MB in $1, $free MB are free" \
      "Free some space, or name another folder (EASEL_DEPS_DIR for libtorch, EASEL_BUILD_DIR for the build)"
  fi
}

# available_memory_mb: what a new process can use without swapping.
available_memory_mb() { awk '/^MemAvailable:/ { print int($2 / 1024) }' "${EASEL_MEMINFO:-/proc/meminfo}"; }

# build_jobs: compilers at once, as cores and memory allow; stops where one would not fit.
build_jobs() {
  local per_job_mb=1000 jobs available
  available=$(available_memory_mb)
  if ((available < per_job_mb)); then
    die "compiling needs about $per_job_mb MB of memory, $available MB are free" "End other programs or add swap"
  fi
  jobs=$(nproc)
  if ((jobs > available / per_job_mb)); then jobs=$((available / per_job_mb)); fi
  echo "$jobs"
}
