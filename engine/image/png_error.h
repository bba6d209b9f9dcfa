// libpng's errors without exceptions: it leaves by longjmp, and only out of guarded(). Internal to
// the PNG sources.
#pragma once

#include <png.h>

#include <csetjmp>
#include <cstdio>

namespace easel {

// Where on_png_error leaves libpng's message; handed to png_create_*_struct as the error pointer.
struct PngError {
  char message[128] = "";
};

[[noreturn]] inline void on_png_error(png_structp png, png_const_charp message) {
  auto* error = static_cast<PngError*>(png_get_error_ptr(png));
  std::snprintf(error->message, sizeof(error->message), "%s", message);
  png_longjmp(png, 1);
}

inline void on_png_warning(png_structp, png_const_charp) {}

// Runs `body`; false when libpng gave up in it. `body` and all it calls must hold nothing that
// needs a destructor and change no local variable of the caller: longjmp skips the one and may lose
// the other.
template <typename Body>
bool guarded(png_structp png, const Body& body) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  body();
  return true;
}

}  // namespace easel
