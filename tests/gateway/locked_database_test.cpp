// Another program holds the database.
#include <SQLiteCpp/SQLiteCpp.h>

#include <future>

#include "tests/gateway/prank_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class LockedDatabaseTest : public PrankTest {};

TEST_F(LockedDatabaseTest, WhatWritesIsBusyWithinItsTimeAndPagesAreShown) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  SQLite::Database other((folder / "easel.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::future<httplib::Result>> writes;
  const auto write = [&](const std::string& method, const std::string& path, const json& body) {
    writes.push_back(std::async(std::launch::async,
                                [this, method, path, body] { return send(method, path, body); }));
  };
  for (int i = 0; i < 4; ++i) {
    write("POST", "/api/pranks", json::object());
    write("PATCH", builder(made), {{"title", "x"}});
    write("POST", shared(made) + "/generate", {{"prompt", "cat"}});
    write("POST", "/api/generate", {{"prompt", "x"}});
  }
  const auto seen = client().Get(shared(made));
  EXPECT_EQ(seen->status, 200);
  EXPECT_EQ(json_of(seen)["view_count"], 0);
  for (auto& written : writes) {
    const httplib::Result refused = written.get();
    expect_refused(refused, 503, "busy", "another program");
    EXPECT_TRUE(refused->has_header("Retry-After"));
  }
  // Each by itself waits for five seconds; one after the other it would be more than a minute.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(12));
  other.exec("ROLLBACK");
  EXPECT_EQ(send("POST", "/api/pranks", json::object())->status, 201);
  EXPECT_EQ(get_json(shared(made))["view_count"], 1);
  EXPECT_EQ(post({{"prompt", "x"}})->status, 200);
}

}  // namespace
}  // namespace easel
