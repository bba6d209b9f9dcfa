// A gateway with a prank in it.
#pragma once

#include <string>

#include "gateway/data_url.h"
#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/solid_png.h"

namespace easel {

class PrankTest : public GatewayTest {
 protected:
  using Json = nlohmann::json;

  httplib::Result send(const std::string& method, const std::string& path, const Json& body,
                       const httplib::Headers& headers = {}) const {
    httplib::Client caller = client();
    if (method == "PATCH") return caller.Patch(path, headers, body.dump(), "application/json");
    if (method == "PUT") return caller.Put(path, headers, body.dump(), "application/json");
    return caller.Post(path, headers, body.dump(), "application/json");
  }

  // A new prank, as its maker sees it.
  Json make_prank(const Json& body = Json::object()) const {
    const auto made = send("POST", "/api/pranks", body);
    EXPECT_EQ(made->status, 201) << made->body;
    return json_of(made);
  }

  static std::string builder(const Json& prank) {
    return "/api/pranks/builder/" + prank["builder_slug"].get<std::string>();
  }
  static std::string shared(const Json& prank) {
    return "/api/pranks/" + prank["share_slug"].get<std::string>();
  }
  static std::string picture(int width = 40, int height = 24) {
    return make_data_url("image/png", solid_png(width, height));
  }
  static std::string id_of(const Json& trigger) {
    return std::to_string(trigger["id"].get<int64_t>());
  }

  // A new trigger with an uploaded picture of 40x24.
  Json add_trigger(const Json& prank, const std::string& phrase,
                   const std::string& match = "contains") const {
    const auto made = send("POST", builder(prank) + "/triggers",
                           {{"phrase", phrase}, {"match", match}, {"image", picture()}});
    EXPECT_EQ(made->status, 201) << made->body;
    return json_of(made);
  }

  void expect_refused(const httplib::Result& result, int status, const std::string& code,
                      const std::string& named) const {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, status) << result->body;
    EXPECT_EQ(json_of(result)["error"], code) << result->body;
    EXPECT_NE(result->body.find(named), std::string::npos) << named << ": " << result->body;
  }

  size_t num_prank_files() const {
    const std::filesystem::directory_iterator all(folder / "pranks");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }
};

}  // namespace easel
