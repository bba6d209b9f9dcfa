"""Random tensors from a counter: the same numbers in Python and C++, in any order, on any machine.

    seed(tensor)     = mix(tensor * 0x9E3779B9 + 0x85EBCA6B)            all arithmetic modulo 2^32
    bits(tensor, i)  = mix(seed(tensor) + i)                            i: row-major element index
    value            = offset + float(int(bits >> 8) - 2^23) * (amplitude * 2^-23)

`mix` is MurmurHash3's 32-bit finaliser. float(...) is exact (24 bits), amplitude is an fp32 number,
so the value takes one rounded multiplication, and one rounded addition where the offset is not 0.
"""

import numpy

MASK = 0xFFFFFFFF


def mix(x):
    x = x ^ (x >> 16)
    x = (x * 0x85EBCA6B) & MASK
    x = x ^ (x >> 13)
    x = (x * 0xC2B2AE35) & MASK
    return x ^ (x >> 16)


def tensor_seed(index):
    return mix((index * 0x9E3779B9 + 0x85EBCA6B) & MASK)


def fill(index, shape, amplitude, offset=0.0):
    """The tensor as a numpy fp32 array of `shape`."""
    count = int(numpy.prod(shape))
    result = numpy.empty(count, dtype=numpy.float32)
    scale = numpy.float32(numpy.float32(amplitude) * numpy.float32(2.0**-23))
    for start in range(0, count, 1 << 22):  # in pieces: a weight has up to 57 million elements
        stop = min(start + (1 << 22), count)
        counters = numpy.arange(start, stop, dtype=numpy.uint64) + tensor_seed(index)
        bits = mix(counters & MASK)
        integers = (bits >> 8).astype(numpy.int32) - (1 << 23)
        result[start:stop] = integers.astype(numpy.float32) * scale
    return (result + numpy.float32(offset) if offset else result).reshape(shape)
