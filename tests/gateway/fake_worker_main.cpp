// fake_worker PORT [hang|queue]: a FakeWorker as a program of its own, so that tests can kill it.
// Prints its port when it listens.
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "tests/gateway/fake_worker.h"

int main(int argc, char** argv) {
  easel::FakeWorker worker(argc > 1 ? std::atoi(argv[1]) : 0);
  const std::string_view mode = argc > 2 ? argv[2] : "";
  if (mode == "hang") worker.set_script(easel::script_hang());
  if (mode == "queue") worker.set_script(easel::script_queue());
  std::cout << worker.port() << std::endl;
  std::this_thread::sleep_for(std::chrono::hours(1));
  return 0;
}
