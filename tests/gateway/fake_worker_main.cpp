// fake_worker PORT [hang]: a FakeWorker as a program of its own, so that tests can kill it. Prints
// its port when it listens.
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "tests/gateway/fake_worker.h"

int main(int argc, char** argv) {
  easel::FakeWorker worker(argc > 1 ? std::atoi(argv[1]) : 0);
  if (argc > 2 && std::string_view(argv[2]) == "hang") worker.set_script(easel::script_hang());
  std::cout << worker.port() << std::endl;
  std::this_thread::sleep_for(std::chrono::hours(1));
  return 0;
}
