// The triggers of a prank, as its maker edits them.
#include "base/strings.h"
#include "engine/image/decode.h"
#include "engine/image/png.h"
#include "tests/gateway/prank_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class PrankTriggersTest : public PrankTest {};

TEST_F(PrankTriggersTest, ATriggerIsWhatWasSentWithAPictureOfItsOwn) {
  start();
  const json made = make_prank();
  const auto added = send("POST", builder(made) + "/triggers",
                          {{"phrase", " My Café "}, {"priority", 7}, {"image", picture()}});
  ASSERT_EQ(added->status, 201) << added->body;
  const json trigger = json_of(added);
  EXPECT_EQ(trigger["phrase"], " My Café ");
  EXPECT_EQ(trigger["match"], "contains");
  EXPECT_EQ(trigger["priority"], 7);
  EXPECT_EQ(trigger["hit_count"], 0);
  EXPECT_EQ(trigger["generation_id"], nullptr);
  EXPECT_EQ(get_json(builder(made))["triggers"], json::array({trigger}));
  const std::string url = trigger["image_url"];
  EXPECT_EQ(url.size(), std::string("/static/pranks/.png").size() + 48) << url;
  const auto file = client().Get(url);
  ASSERT_EQ(file->status, 200);
  EXPECT_EQ(file->get_header_value("Content-Type"), "image/png");
  EXPECT_NE(file->get_header_value("Content-Security-Policy").find("sandbox"), std::string::npos);
  const auto image = decode_image(file->body);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 40);
  const auto thumbnail = client().Get(trigger["thumbnail_url"].get<std::string>());
  EXPECT_EQ(thumbnail->status, 200);
  EXPECT_EQ(thumbnail->get_header_value("Content-Type"), "image/webp");
}

TEST_F(PrankTriggersTest, ALargePictureIsShrunkBeforeItIsKept) {
  start();
  const json made = make_prank();
  const auto added = send("POST", builder(made) + "/triggers",
                          {{"phrase", "large"}, {"image", picture(5000, 100)}});
  ASSERT_EQ(added->status, 201) << added->body;
  const auto file = client().Get(json_of(added)["image_url"].get<std::string>());
  const auto image = decode_image(file->body);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 2048);
  EXPECT_EQ(image->height, 41);
}

TEST_F(PrankTriggersTest, AGenerationsPictureIsCopiedWithoutWhatItSays) {
  const std::string told = [] {
    Image image = make_image(64, 32, 3);
    return *encode_png(image, {{"parameters", "the maker's own prompt"}});
  }();
  worker.set_script(
      [told](grpc::ServerContext&, const v1::GenerateRequest& request, FakeWriter& writer) {
        v1::GenerateEvent event;
        event.set_request_id(request.request_id());
        event.mutable_image_ready()->mutable_image()->set_data(told);
        writer.Write(event);
        event.mutable_result()->set_model("demo");
        writer.Write(event);
        return grpc::Status::OK;
      });
  start();
  ASSERT_EQ(post({{"prompt", "x"}, {"request_id", "gen"}})->status, 200);
  const json made = make_prank();
  const auto added =
      send("POST", builder(made) + "/triggers", {{"phrase", "cat"}, {"generation_id", "gen"}});
  ASSERT_EQ(added->status, 201) << added->body;
  const json trigger = json_of(added);
  EXPECT_EQ(trigger["generation_id"], "gen");
  const auto file = client().Get(trigger["image_url"].get<std::string>());
  EXPECT_TRUE(read_png_text(file->body)->empty());
  EXPECT_EQ(decode_image(file->body)->width, 64);
  for (const char* const id : {"none", "gen'--", "../gen"}) {
    expect_refused(
        send("POST", builder(made) + "/triggers", {{"phrase", "dog"}, {"generation_id", id}}), 400,
        "invalid_field", "generation_id");
  }
}

// Of noise, so that the file is as large as the picture.
std::string noise_png(int width, int height) {
  Image image = make_image(width, height, 3);
  uint32_t state = 1;
  for (uint8_t& byte : image.pixels) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return encode_png(image, {}).value();
}

TEST_F(PrankTriggersTest, PicturesTakeSoMuchRoomAndNoMore) {
  options.max_prank_mib = 1;
  start();
  const Json prank = make_prank();
  const std::string large = make_data_url("image/png", noise_png(512, 400));  // 600 KiB
  const auto add = [&](const char* phrase) {
    return send("POST", builder(prank) + "/triggers", {{"phrase", phrase}, {"image", large}});
  };
  const auto first = add("one");
  ASSERT_EQ(first->status, 201) << first->body;
  expect_refused(add("two"), 507, "storage_failed", "1 MiB");
  EXPECT_EQ(num_prank_files(), 2U);
  stop();
  start();
  expect_refused(add("two"), 507, "storage_failed", "1 MiB");
  EXPECT_EQ(client().Delete(builder(prank) + "/triggers/" + id_of(json_of(first)))->status, 200);
  EXPECT_EQ(add("two")->status, 201) << "its room came back";
}

TEST_F(PrankTriggersTest, RefusesWhatIsNoTrigger) {
  start();
  const json made = make_prank();
  const std::string path = builder(made) + "/triggers";
  const auto refuse = [&](json body, const std::string& named) {
    expect_refused(send("POST", path, body), 400, "invalid_field", named);
  };
  refuse({{"image", picture()}}, "phrase");
  refuse({{"phrase", ""}, {"image", picture()}}, "phrase");
  refuse({{"phrase", " \u200b\n"}, {"image", picture()}}, "phrase");
  refuse({{"phrase", std::string(201, 'x')}, {"image", picture()}}, "phrase");
  refuse({{"phrase", 1}, {"image", picture()}}, "phrase");
  refuse({{"phrase", "x"}}, "image");
  refuse({{"phrase", "x"}, {"image", picture()}, {"generation_id", "g"}}, "either");
  refuse({{"phrase", "x"}, {"image", picture()}, {"match", "regex"}}, "match");
  refuse({{"phrase", "x"}, {"image", picture()}, {"priority", 1'000'001}}, "priority");
  refuse({{"phrase", "x"}, {"image", picture()}, {"priority", 0.5}}, "priority");
  refuse({{"phrase", "x"}, {"image", picture()}, {"hit_count", 5}}, "hit_count");
  refuse({{"phrase", "x"}, {"image", picture()}, {"mask", picture()}}, "mask");
  refuse({{"phrase", "x"}, {"image", "no base64!"}}, "image");
  refuse({{"phrase", "x"}, {"image", make_data_url("image/png", "GIF89a no picture")}}, "image");
  refuse({{"phrase", "x"}, {"image", make_data_url("image/png", solid_png(40, 24).substr(0, 60))}},
         "image");
  EXPECT_EQ(num_prank_files(), 0U);
  EXPECT_EQ(get_json(builder(made))["triggers"], json::array());
}

TEST_F(PrankTriggersTest, APhraseStandsOnceAndLeavesNoFileBehind) {
  start();
  const json made = make_prank();
  add_trigger(made, "Straße");
  expect_refused(
      send("POST", builder(made) + "/triggers", {{"phrase", "STRASSE"}, {"image", picture()}}), 409,
      "conflict", "phrase");
  EXPECT_EQ(num_prank_files(), 2U);
  add_trigger(made, "strasse", "word");
}

TEST_F(PrankTriggersTest, ChangesWhatIsGivenAlone) {
  start();
  const json made = make_prank();
  const json trigger = add_trigger(made, "cat");
  const std::string path = builder(made) + "/triggers/" + id_of(trigger);
  json expected = trigger;
  const json renamed = json_of(send("PATCH", path, {{"phrase", "dog"}, {"match", "word"}}));
  expected["phrase"] = "dog";
  expected["match"] = "word";
  expected["updated_at"] = renamed["updated_at"];
  EXPECT_EQ(renamed, expected);
  const json repainted = json_of(send("PATCH", path, {{"image", picture(60, 30)}}));
  EXPECT_NE(repainted["image_url"], trigger["image_url"]);
  EXPECT_EQ(client().Get(trigger["image_url"].get<std::string>())->status, 404);
  EXPECT_EQ(client().Get(repainted["image_url"].get<std::string>())->status, 200);
  EXPECT_EQ(num_prank_files(), 2U);
  EXPECT_EQ(send("PATCH", path, {{"image", nullptr}})->status, 200);
  expect_refused(send("PATCH", path, {{"image", picture()}, {"phrase", ""}}), 400, "invalid_field",
                 "phrase");
  EXPECT_EQ(num_prank_files(), 2U);
}

TEST_F(PrankTriggersTest, RemovesAndReorders) {
  start();
  const json made = make_prank();
  const json a = add_trigger(made, "a"), b = add_trigger(made, "b"), c = add_trigger(made, "c");
  const std::string path = builder(made) + "/triggers";
  const auto ordered = send("PUT", path + "/order", {{"ids", {c["id"], a["id"], b["id"]}}});
  ASSERT_EQ(ordered->status, 200) << ordered->body;
  EXPECT_EQ(json_of(ordered)["triggers"][0]["phrase"], "c");
  EXPECT_EQ(get_json(builder(made))["triggers"][2]["phrase"], "b");
  for (const json& bad :
       {json{{"ids", {a["id"], b["id"]}}}, json{{"ids", {a["id"], a["id"], b["id"]}}},
        json{{"ids", "x"}}, json{{"ids", {1.5, 2, 3}}}, json{{"ids", {"1", "2", "3"}}},
        json::object(), json{{"order", {1}}}}) {
    expect_refused(send("PUT", path + "/order", bad), 400, "invalid_field", "");
  }
  EXPECT_EQ(client().Delete(path + "/" + id_of(a))->status, 200);
  for (const std::string& id : {id_of(a), std::string("x"), std::string("99999999999999999999")}) {
    EXPECT_EQ(client().Delete(concat(path, "/", id))->status, 404) << id;
    EXPECT_EQ(send("PATCH", concat(path, "/", id), {{"phrase", "x"}})->status, 404) << id;
  }
  EXPECT_EQ(get_json(builder(made))["triggers"].size(), 2U);
  EXPECT_EQ(num_prank_files(), 4U);
}

TEST_F(PrankTriggersTest, APrankEditsItsOwnTriggersAlone) {
  start();
  const json mine = make_prank(), other = make_prank();
  const json trigger = add_trigger(mine, "cat");
  const std::string path = builder(other) + "/triggers/" + id_of(trigger);
  EXPECT_EQ(send("PATCH", path, {{"phrase", "x"}})->status, 404);
  EXPECT_EQ(send("PATCH", path, {{"image", picture()}})->status, 404);
  EXPECT_EQ(client().Delete(path)->status, 404);
  EXPECT_EQ(num_prank_files(), 2U);
  EXPECT_EQ(get_json(builder(mine))["triggers"][0], trigger);
}

TEST_F(PrankTriggersTest, PicturesOutliveAStart) {
  start();
  const json made = make_prank();
  const std::string url = add_trigger(made, "cat")["image_url"];
  folder.write("pranks/0123456789abcdef.png", "of no trigger");
  stop();
  start();
  EXPECT_EQ(client().Get(url)->status, 200);
  EXPECT_EQ(num_prank_files(), 2U);
  EXPECT_EQ(client().Get("/static/pranks/..%2feasel.db")->status, 404);
  EXPECT_EQ(client().Get("/static/pranks/x.gif")->status, 404);
}

}  // namespace
}  // namespace easel
