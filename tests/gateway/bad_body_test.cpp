// What POST /api/generate refuses, and how.
#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

using nlohmann::json;

class BadBodyTest : public GatewayTest {
 protected:
  void expect_refused(const std::string& body, int status, const std::string& code,
                      const std::string& named = "") {
    const auto result = post_text(body);
    const std::string shown = body.substr(0, 120);
    ASSERT_TRUE(result) << shown;
    EXPECT_EQ(result->status, status) << shown;
    const json answer = json_of(result);
    EXPECT_EQ(answer["error"], code) << shown << " -> " << result->body;
    EXPECT_NE(result->body.find(named), std::string::npos) << shown << " -> " << result->body;
    EXPECT_EQ(answer["request_id"], result->get_header_value("X-Request-Id"));
    EXPECT_TRUE(worker.calls().empty()) << shown;
  }
};

TEST_F(BadBodyTest, WhatIsNotJson) {
  start();
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("prompt=x"), std::string("{"), std::string("{\"prompt\": }"),
        std::string("{\"prompt\": \"x\"} {}"), std::string("{\"prompt\": NaN}"),
        std::string("{'prompt': 'x'}"), std::string("{\"prompt\": \"x\", \"seed\": 01}"),
        std::string("{\"prompt\": \"x\", \"guidance\": Infinity}"),
        std::string("\xef\xbb\xbf{\"prompt\"", 12), std::string("{\"prompt\": \"\xff\xfe\"}"),
        std::string("{\"prompt\": \"\xed\xa0\x80\"}"), std::string("{\"prompt\": \"\xc0\xaf\"}"),
        std::string("{\"prompt\": \"a\0b\"}", 17),
        std::string("{\"prompt\": \"x\"}\0 not json [[", 27),
        std::string("{\"prompt\": \"\\ud800\"}")}) {
    expect_refused(body, 400, "invalid_json");
  }
  expect_refused("{\"prompt\": \"x\", \"options\": " + deep.substr(0, 60'000), 400, "invalid_json",
                 "32 levels");
  expect_refused("{\"prompt\": \"x\", \"guidance\": 1e400}", 400, "invalid_json", "too large");
  expect_refused("{\"prompt\": \"x\", \"prompt\": \"y\"}", 400, "invalid_json", "twice");
  expect_refused("{\"prompt\": \"a\\u0000b\"}", 400, "invalid_json", "NUL");
}

TEST_F(BadBodyTest, WhatIsNoObject) {
  start();
  for (const char* body : {"[]", "\"x\"", "7", "null", "true"}) {
    expect_refused(body, 400, "invalid_field", "object");
  }
}

TEST_F(BadBodyTest, FieldsByName) {
  start();
  const std::pair<const char*, json> cases[] = {
      {"promptt", "x"},
      {"prompt", ""},
      {"prompt", 7},
      {"prompt", json::array()},
      {"prompt", nullptr},
      {"prompt", std::string(5000, 'a')},
      {"negative_prompt", 1},
      {"negative_prompt", std::string(5000, 'a')},
      {"engine", 3},
      {"engine", "a b"},
      {"engine", std::string(200, 'a')},
      {"engine", "\n"},
      {"seed", -1},
      {"seed", 9007199254740992},
      {"seed", 1.5},
      {"seed", "1"},
      {"seed", 18446744073709551615U},
      {"steps", 0},
      {"steps", 201},
      {"steps", true},
      {"steps", -5},
      {"guidance", -0.1},
      {"guidance", 30.1},
      {"guidance", "3"},
      {"guidance", 1e300},
      {"width", 15},
      {"width", 0},
      {"width", -64},
      {"height", 15},
      {"height", 64.5},
      {"height", 1e9},
      {"num_images", 0},
      {"num_images", 9},
      {"sampler", 1},
      {"strength", 1.1},
      {"strength", 0.5},
      {"mask", "AAAA"},
      {"image", "not base64!"},
      {"image", "data:text/plain;base64,QUJD"},
      {"image", "http://127.0.0.1/x.png"},
      {"image", "QUJD"},
      {"image", 5},
      {"preview_every", 201},
      {"request_id", "a/b"},
      {"request_id", std::string(129, 'a')},
      {"request_id", 5},
      {"cache", "yes"},
      {"options", json::array()},
      {"options", {{"a", 1}}},
  };
  for (const auto& [name, value] : cases) {
    json body = {{"prompt", "x"}};
    body[name] = value;
    expect_refused(body.dump(), 400, "invalid_field", name);
  }
  expect_refused("{}", 400, "invalid_field", "prompt");
  // A field that is not found as a picture must not be lost as one.
  expect_refused(R"({"prompt": "x", "im\u0061ge": "QUJD"})", 400, "invalid_field", "'image'");
  expect_refused(R"({"prompt": "x", "\u006dask": "QUJD"})", 400, "invalid_field", "'mask'");
  // Between quotes there are no line ends in JSON.
  expect_refused("{\"prompt\": \"x\", \"image\": \"iVBO\nRw0KGgo=\"}", 400, "invalid_field",
                 "'image'");
}

TEST_F(BadBodyTest, APromptOfAMegabyteIsTooLarge) {
  start();
  expect_refused(json({{"prompt", std::string(1 << 20, 'a')}}).dump(), 413, "too_large");
}

TEST_F(BadBodyTest, TwentyMegabytesAreRefusedAfterTheFirstFew) {
  start();
  const std::string head =
      "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 20000000\r\n\r\n{\"prompt\": \"";
  RawConnection connection(gateway->port());
  ASSERT_TRUE(connection.send(head + std::string(128 << 10, 'a')));
  // The rest is never sent: the answer does not wait for it.
  EXPECT_NE(connection.receive("too_large").find("HTTP/1.1 413"), std::string::npos);
}

TEST_F(BadBodyTest, APictureMayMakeTheBodyLarge) {
  start();
  std::string png = fake_png(64, 64);
  png.append(3 << 20, '\0');  // after IEND, where decoders stop
  const auto result = post({{"prompt", "x"}, {"image", httplib::detail::base64_encode(png)}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200) << result->body;
  EXPECT_EQ(worker.calls().at(0).request.image().data().size(), png.size());
}

TEST_F(BadBodyTest, MoreThanTheRouteTakesIsRefusedByItsLength) {
  start();
  RawConnection connection(gateway->port());
  connection.send(
      "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 50000000\r\n\r\n");
  EXPECT_NE(connection.receive("too_large").find("HTTP/1.1 413"), std::string::npos);
}

TEST_F(BadBodyTest, OtherTypesAndEncodingsOfABody) {
  start();
  const std::string body = R"({"prompt": "x"})";
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                           "multipart/form-data; boundary=x", ""}) {
    const auto result = client().Post("/api/generate", body, type);
    ASSERT_TRUE(result) << type;
    EXPECT_EQ(result->status, 415) << type;
    EXPECT_EQ(json_of(result)["error"], "unsupported_media_type");
  }
  for (const char* encoding : {"gzip", "br", "zstd", "deflate", "identity", "gzip, gzip"}) {
    const auto result = post_text(body, {{"Content-Encoding", encoding}});
    ASSERT_TRUE(result) << encoding;
    EXPECT_EQ(result->status, 415) << encoding;
  }
  EXPECT_EQ(client().Post("/api/generate", body, "application/json; charset=utf-8")->status, 200);
}

TEST_F(BadBodyTest, BodiesWhereNoneIsTaken) {
  start();
  RawConnection connection(gateway->port());
  connection.send("GET /api/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_NE(connection.receive().find("HTTP/1.1 413"), std::string::npos);
}

TEST_F(BadBodyTest, TextComesBackAsItWas) {
  start();
  const std::string prompt = "\xe2\x80\xae right-to-left \xf0\x9f\x8e\xa8 \\ \" <script> '; DROP";
  const json answer = json_of(post({{"prompt", prompt}}));
  EXPECT_EQ(answer["prompt"], prompt);
  EXPECT_EQ(get_json("/api/generations/" + answer["generation_id"].get<std::string>())["prompt"],
            prompt);
}

}  // namespace
}  // namespace easel
