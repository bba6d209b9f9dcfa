// The history's parameters, and what a restart keeps of it.
#include "tests/gateway/gateway_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class HistoryTest : public GatewayTest {};

TEST_F(HistoryTest, RefusesParametersThatItDoesNotKnowOrUnderstand) {
  start();
  for (const char* query :
       {"limit=0", "limit=-1", "limit=101", "limit=1x", "limit=x", "limit=1&limit=2", "offset=3",
        "cursor=x", "cursor=1&cursor=2", "cursor=-1", "limit=99999999999999999999", "Limit=1"}) {
    const auto result = client().Get(std::string("/api/generations?") + query);
    ASSERT_TRUE(result) << query;
    EXPECT_EQ(result->status, 400) << query;
    EXPECT_EQ(json_of(result)["error"], "invalid_field") << query;
  }
  EXPECT_EQ(client().Get("/api/generations?limit=100&cursor=")->status, 200);
}

TEST_F(HistoryTest, ThePagesTogetherAreAllRowsOnce) {
  start();
  for (int i = 0; i < 7; ++i) post({{"prompt", "x"}, {"request_id", std::to_string(i)}});
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const json page = get_json("/api/generations?limit=3&cursor=" + cursor);
    ASSERT_LE(page["items"].size(), 3U);
    for (const json& item : page["items"]) seen.push_back(item["generation_id"]);
    cursor = page["next"].is_string() ? page["next"].get<std::string>() : "";
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"6", "5", "4", "3", "2", "1", "0"}));
}

TEST_F(HistoryTest, AnIdOfAnEarlierRunIsTakenAndItsEndStaysKnown) {
  start();
  const json made = json_of(post({{"prompt", "x"}, {"request_id", "old"}}));
  stop();
  start();
  const auto again = post({{"prompt", "y"}, {"request_id", "old"}});
  EXPECT_EQ(again->status, 409);
  EXPECT_EQ(json_of(again)["error"], "conflict");
  EXPECT_EQ(get_json("/api/generations/old"), made);
  const auto events = client().Get("/api/generations/old/events");
  EXPECT_NE(events->body.find("event: result"), std::string::npos) << events->body;
}

TEST_F(HistoryTest, WhatMayChangeIsNotForCaches) {
  start();
  const json made = json_of(post({{"prompt", "x"}, {"request_id", "a"}}));
  for (const char* path : {"/api/generations", "/api/generations/a", "/api/status", "/api/models",
                           "/readyz", "/healthz", "/api/generations/none"}) {
    EXPECT_EQ(client().Get(path)->get_header_value("Cache-Control"), "no-store") << path;
  }
  EXPECT_EQ(client().Get("/")->get_header_value("Cache-Control"), "no-cache");
}

TEST_F(HistoryTest, AMethodThatIsNotAllowedIsToldWhichAre) {
  start();
  const auto result = client().Put("/api/generations/a", "", "application/json");
  EXPECT_EQ(result->status, 405);
  EXPECT_EQ(result->get_header_value("Allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(client().Get("/api/nothing")->get_header_value("Allow"), "");
}

}  // namespace
}  // namespace easel
