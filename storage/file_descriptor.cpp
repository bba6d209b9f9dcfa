#include "storage/file_descriptor.h"

#include <unistd.h>

namespace easel {

int FileDescriptor::close() { return fd_ < 0 ? 0 : ::close(std::exchange(fd_, -1)); }

}  // namespace easel
