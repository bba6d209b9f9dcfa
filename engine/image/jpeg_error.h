// libjpeg's errors without exceptions: it leaves by longjmp, and only out of guarded(). Internal to
// the JPEG sources.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>

// After <cstddef> and <cstdio>: it uses size_t and FILE without including what declares them.
#include <jpeglib.h>

#include <jerror.h>

namespace easel {

// Goes where libjpeg wants a jpeg_error_mgr; `base` is first so that the one pointer is the other.
struct JpegError {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] inline void leave_jpeg(j_common_ptr codec, const char* message) {
  auto* error = reinterpret_cast<JpegError*>(codec->err);
  std::snprintf(error->message, sizeof(error->message), "%s", message);
  std::longjmp(error->jump, 1);
}

[[noreturn]] inline void on_jpeg_error(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  leave_jpeg(codec, message);
}

// libjpeg warns (level −1) where it fills in for data that is missing or damaged: that is an error
// here. What it says of an odd but complete file is not.
inline void on_jpeg_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      on_jpeg_error(codec);
  }
}

inline jpeg_error_mgr* start_jpeg_errors(JpegError& error) {
  jpeg_std_error(&error.base);
  error.base.error_exit = on_jpeg_error;
  error.base.emit_message = on_jpeg_message;
  error.message[0] = '\0';
  return &error.base;
}

// Runs `body`; false when libjpeg gave up in it. `body` and all it calls must hold nothing that
// needs a destructor and change no local variable of the caller: longjmp skips the one and may lose
// the other.
template <typename Body>
bool guarded(JpegError& error, const Body& body) {
  if (setjmp(error.jump) != 0) return false;
  body();
  return true;
}

}  // namespace easel
