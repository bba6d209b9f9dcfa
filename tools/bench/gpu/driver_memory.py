"""What the driver says is used of a GPU, without CUDA: by the driver's own library."""

import ctypes
import threading
import time


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class DriverMemory:
    """Looks again and again, from `with` on; `peak_bytes` is the most that was used beyond what was used before."""

    def __init__(self, index=0, seconds=0.002):
        self._library = ctypes.CDLL("libnvidia-ml.so.1")
        if self._library.nvmlInit_v2() != 0:
            raise SystemExit("the driver's library finds no driver that runs")
        self._device = ctypes.c_void_p()
        if self._library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(self._device)) != 0:
            raise SystemExit(f"the driver has no GPU {index}")
        self._seconds = seconds
        self._ending = threading.Event()

    def used(self):
        memory = _Memory()
        if self._library.nvmlDeviceGetMemoryInfo(self._device, ctypes.byref(memory)) != 0:
            raise SystemExit("the driver does not say how much memory is used")
        return memory.used

    def __enter__(self):
        self._before = self.used()
        self._most = self._before
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()

    def _look(self):
        while not self._ending.is_set():
            self._most = max(self._most, self.used())
            time.sleep(self._seconds)

    @property
    def peak_bytes(self):
        return self._most - self._before
