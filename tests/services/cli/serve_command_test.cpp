// Shell scripts stand for the two programs: what is tested is who is started, watched and ended.
#include "services/cli/serve_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/file.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

// What happens goes into the file "log".
constexpr char kStart[] = R"sh(#!/bin/bash
cd "$(dirname "$0")"
echo "$(basename "$0") $*" >>log
ready=$EASEL_READY_FD
[ "$(basename "$0")" = easel-worker ] && address=unix:w.sock || address=http://127.0.0.1:8123/
)sh";
constexpr char kServe[] = R"sh(
trap 'echo "$(basename "$0") ended" >>log; exit 0' TERM
echo "$address" >&"$ready"
while true; do sleep 0.02; done
)sh";

class ServeCommandTest : public ::testing::Test {
 protected:
  void program(const std::string& name, const std::string& body) {
    const auto path = folder_.write(name, std::string(kStart) + body);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  int serve() {
    options_.programs = folder_.path();
    std::istringstream in;
    return run_serve(options_, Console{in, out_, err_});
  }

  std::string log() { return *read_file(folder_ / "log", /*max_bytes=*/4096); }

  TempFolder folder_;
  ServeOptions options_;
  std::ostringstream out_, err_;
};

// As the programs told, whose addresses may stand in their own files.
TEST_F(ServeCommandTest, SaysWhereThePageIsAndOnSigtermEndsTheGatewayBeforeTheWorker) {
  program("easel-worker", kServe);
  program("easel-gateway", std::string("(sleep 0.2; kill -TERM $PPID) &") + kServe);
  options_.gateway_config = "gateway.toml";
  options_.data_dir = "data";
  options_.device = "cpu";
  EXPECT_EQ(serve(), 0);
  EXPECT_EQ(out_.str(), "easel: the page is at http://127.0.0.1:8123/\n");
  EXPECT_EQ(log(),
            "easel-worker --device cpu\n"
            "easel-gateway --config gateway.toml --worker unix:w.sock --data-dir data\n"
            "easel-gateway ended\n"
            "easel-worker ended\n");
}

TEST_F(ServeCommandTest, StartsAWorkerAgainThatDiedWhileItServed) {
  program("easel-worker", std::string(R"sh(
if [ ! -e once ]; then touch once; echo "$address" >&"$ready"; sleep 0.1; kill -9 $$; fi
kill -TERM "$(cat gateway.pid)"  # the second worker is there
)sh") + kServe);
  program("easel-gateway", std::string("echo $PPID >gateway.pid") + kServe);
  EXPECT_EQ(serve(), 0);
  EXPECT_NE(err_.str().find("easel-worker ended (signal 9); starting it again"), std::string::npos)
      << err_.str();
  EXPECT_NE(log().find("easel-worker --address unix:w.sock\n"), std::string::npos) << log();
}

TEST_F(ServeCommandTest, FailsAndEndsTheWorkerWhenTheGatewayCannotServe) {
  program("easel-worker", kServe);
  program("easel-gateway", "exit 3\n");
  EXPECT_EQ(serve(), 1);
  EXPECT_NE(err_.str().find("easel-gateway ended before it served (exit code 3)"),
            std::string::npos)
      << err_.str();
  EXPECT_NE(log().find("easel-worker ended"), std::string::npos);
}

TEST_F(ServeCommandTest, FailsWhenAProgramIsNotThere) {
  EXPECT_EQ(serve(), 1);
  EXPECT_NE(err_.str().find("easel-worker ended before it served (exit code 127)"),
            std::string::npos)
      << err_.str();
}

}  // namespace
}  // namespace easel
