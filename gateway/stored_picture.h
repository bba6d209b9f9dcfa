// A picture that lies in the gateway's own store already.
#pragma once

#include "storage/picture_store.h"

namespace easel {

struct StoredPicture {
  OpenPicture whole;
  OpenPicture thumbnail;
};

}  // namespace easel
