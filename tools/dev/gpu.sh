# Is there an NVIDIA GPU whose driver fits libtorch's CUDA?

# The first driver that runs CUDA 13.
readonly minimum_driver=580

# gpu_driver_version: the version of the driver, or nothing where there is no GPU.
gpu_driver_version() {
  local version="" proc=${EASEL_NVIDIA_PROC:-/proc/driver/nvidia}
  if command -v nvidia-smi >/dev/null; then
    version=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1) || version=""
  fi
  # Containers often have the driver but no nvidia-smi; without a GPU in them the folder is empty.
  if [[ ! $version =~ ^[0-9]+\. ]] && compgen -G "$proc/gpus/*" >/dev/null; then
    version=$(grep -oE '[0-9]{3,}\.[0-9]+(\.[0-9]+)?' "$proc/version" 2>/dev/null | head -n 1) || version=""
  fi
  if [[ $version =~ ^[0-9]+\. ]]; then echo "$version"; fi
}

# choose_device: sets device to cpu or cuda, and says why where it is not obvious.
choose_device() {
  local driver
  device=cpu
  driver=$(gpu_driver_version)
  if [[ -z $driver ]]; then return 0; fi
  if [[ $cpu_only == yes ]]; then
    note "a GPU is there (driver $driver); --cpu was given, so it is not used"
  elif ((${driver%%.*} < minimum_driver)); then
    note "a GPU is there, but its driver $driver is too old for CUDA 13 (needs $minimum_driver or newer): using the CPU"
  else
    device=cuda
  fi
}

# ./dev gpu: what would be used, without setting anything up.
dev_gpu() {
  choose_device
  case $device in
    cuda) echo "CUDA: a GPU with driver $(gpu_driver_version)" ;;
    cpu) echo "CPU$([[ -z $(gpu_driver_version) ]] && echo ": no NVIDIA GPU with a driver was found")" ;;
  esac
}
