// What the pictures of triggers cost their makers, and when they take a place among the uploads.
#include <atomic>
#include <future>
#include <thread>

#include "base/strings.h"
#include "gateway/data_url.h"
#include "gateway/prank_body.h"
#include "tests/gateway/auth/service_fixture.h"
#include "tests/gateway/solid_png.h"

namespace easel {
namespace {

using nlohmann::json;

class PrankLimitsTest : public ServiceTest {
 protected:
  PrankLimitsTest() {
    settings.limits.units_per_minute = settings.limits.units_per_day = 3;
    read_upload = [this](std::string_view bytes, std::string_view) {
      ++reads;
      if (blocks) released.wait();
      return absl::StatusOr<UploadedPicture>(UploadedPicture{std::string(bytes), 40, 24});
    };
  }
  void start_with_prank() {
    start();
    const HttpResponse made = call("POST", "/api/pranks", {}, "{}");
    ASSERT_EQ(made.status, 201) << made.body;
    path = concat("/api/pranks/builder/", json_of(made)["builder_slug"].get<std::string>(),
                  "/triggers");
  }
  static std::string picture() { return make_data_url("image/png", solid_png(40, 24)); }
  HttpResponse add(const char* phrase) {
    return call("POST", path, {}, json{{"phrase", phrase}, {"image", picture()}}.dump());
  }
  HttpResponse change(const std::string& id, const std::string& body) {
    return call("PATCH", concat(path, "/", id), {}, body);
  }

  std::atomic<int> reads{0};
  std::atomic<bool> blocks{false};
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::string path;
};

TEST_F(PrankLimitsTest, WorkThatCannotBeginCostsNothing) {
  start_with_prank();
  for (int i = 0; i < 5; ++i) {
    const HttpResponse refused = change("12345", json{{"image", picture()}}.dump());
    EXPECT_EQ(refused.status, 404) << refused.body;
    EXPECT_EQ(refused.headers.find("RateLimit"), nullptr);
    EXPECT_EQ(call("POST", path, {}, R"({"phrase": "x", "generation_id": "nobody"})").status, 400);
    EXPECT_EQ(call("POST", path, {}, json{{"image", picture()}}.dump()).status, 400);
  }
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(add("one").status, 201);
  EXPECT_EQ(add("two").status, 201);
  EXPECT_EQ(add("three").status, 429);
  EXPECT_EQ(reads, 2);
}

TEST_F(PrankLimitsTest, APictureThatCannotBeReadHasCostItsReading) {
  read_upload = [](std::string_view, std::string_view) -> absl::StatusOr<UploadedPicture> {
    return api_error(ErrorCode::kInvalidField, "no picture");
  };
  start_with_prank();
  EXPECT_EQ(add("one").status, 400);
  EXPECT_EQ(add("two").status, 400);
  EXPECT_EQ(add("three").status, 429);
}

TEST_F(PrankLimitsTest, APictureThatNobodyCouldReadNowIsGivenBack) {
  read_upload = [](std::string_view, std::string_view) -> absl::StatusOr<UploadedPicture> {
    return api_error(ErrorCode::kQueueFull, "too many pictures are being read");
  };
  start_with_prank();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(error_of(add("one")), "queue_full");
}

TEST_F(PrankLimitsTest, WhereNoPictureHasRoomNoneIsRead) {
  max_prank_bytes = 0;
  start_with_prank();
  for (int i = 0; i < 5; ++i) {
    const HttpResponse refused = add("one");
    EXPECT_EQ(refused.status, 507) << refused.body;
    EXPECT_EQ(refused.headers.find("RateLimit"), nullptr);
  }
  EXPECT_EQ(reads, 0);
}

// As large as the first picture and its thumbnail: a second one is not read.
TEST_F(PrankLimitsTest, TheLastPictureThatFitsLeavesNoRoom) {
  start_with_prank();
  ASSERT_EQ(add("one").status, 201);
  max_prank_bytes = storage->pictures().stored_bytes(PictureKind::kPrankPicture).value();
  stop();
  start();
  EXPECT_EQ(add("two").status, 507);
  EXPECT_EQ(reads, 1);
}

// Both places of the address are taken by pictures that are being read.
TEST_F(PrankLimitsTest, AChangeWithoutAPictureTakesNoPlaceAmongUploads) {
  settings.limits = {};
  start_with_prank();
  const HttpResponse made = add("first");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = std::to_string(json_of(made)["id"].get<int64_t>());
  blocks = true;
  std::thread one([this] { EXPECT_EQ(add("one").status, 201); });
  std::thread two([this] { EXPECT_EQ(add("two").status, 201); });
  while (reads < 3) std::this_thread::yield();
  EXPECT_EQ(change(id, R"({"phrase": "second"})").status, 200);
  EXPECT_EQ(change(id, R"({"priority": 7, "image": null})").status, 200);
  EXPECT_EQ(error_of(change(id, json{{"image", picture()}}.dump())), "busy");
  EXPECT_EQ(error_of(change(id, R"({"generat\u0069on_id": "x"})")), "busy");
  release.set_value();
  one.join();
  two.join();
}

TEST(NamesPictureTest, LooksAtTheTextAlone) {
  for (const char* const body : {"", "{}", "[1]", R"({"phrase": "image"})", R"({"image": ""})",
                                 R"({"image": null})", R"({"a": {"image": "x"}})"}) {
    EXPECT_FALSE(names_picture(body)) << body;
  }
  for (const std::string& body :
       {std::string(R"({"image": "x"})"), std::string(R"({"generation_id": "x"})"),
        std::string(R"({"g\u0065neration_id": "x"})"), std::string(100'000, ' ')}) {
    EXPECT_TRUE(names_picture(body)) << body.substr(0, 100);
  }
}

}  // namespace
}  // namespace easel
