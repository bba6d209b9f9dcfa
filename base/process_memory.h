// This process's memory as the operating system counts it.
#pragma once

#include <cstdint>

namespace easel {

// The most that was resident at once (VmHWM: anonymous and mapped file pages), 0 where it cannot be
// read.
int64_t peak_resident_bytes();

// What is resident now (VmRSS), 0 where it cannot be read.
int64_t resident_bytes();

// From now on the peak counts anew; where the system does not allow it, it goes on as it was.
void reset_peak_resident_bytes();

// Gives back what the C library's allocator holds but nobody uses.
void trim_free_memory();

// From now on pieces of a MiB and more go back to the system when they are freed. The C library
// would raise that limit to 32 MiB by itself, and keep what lies between pieces still in use: at
// the sizes of activations hundreds of MiB that no plan can foresee. Taking such a piece costs
// zeroed pages each time.
void return_large_pieces_at_once();

// Memory that the machine could still give, without swapping; 0 where it cannot be read.
int64_t available_memory_bytes();

// Memory of the whole machine, 0 where it cannot be read.
int64_t machine_memory_bytes();

}  // namespace easel
