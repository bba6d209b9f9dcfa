#include "gateway/picture_fields.h"

#include <gtest/gtest.h>

#include "gateway/data_url.h"

namespace easel {
namespace {

// The names and texts of the pictures in `body`, read in pieces of `piece` bytes.
std::vector<std::string> pictures_in(const std::string& body, size_t piece) {
  PictureFields fields;
  for (size_t i = 0; i < body.size(); i += piece) {
    EXPECT_TRUE(fields.take(std::string_view(body).substr(i, piece)));
  }
  std::vector<std::string> found;
  for (const PictureField& field : fields.fields()) {
    found.push_back(field.name + "=" + body.substr(field.begin, field.end - field.begin));
  }
  return found;
}

TEST(PictureFieldsTest, FindsTheTextsOfImageAndMaskWhereverThePiecesEnd) {
  const std::string body =
      R"({"prompt": "image\": \"no", "image" : "AB\/C", "mask":"D", "steps": 3})";
  for (size_t piece = 1; piece <= body.size(); ++piece) {
    EXPECT_EQ(pictures_in(body, piece), (std::vector<std::string>{R"(image=AB\/C)", "mask=D"}));
  }
}

TEST(PictureFieldsTest, LooksAtTheTopLevelAndAtTextsOnly) {
  for (const char* body :
       {R"({"options": {"image": "A"}})", R"(["image", "A"])", R"({"image": ["A"]})",
        R"({"a": "image", "b": "A"})", R"({"image": 7, "b": "A"})", R"("image")",
        R"({"x": ["image"], "y": "A"})", R"({"imagee": "A"})", R"({"prompt": "mask"})"}) {
    EXPECT_TRUE(pictures_in(body, 1).empty()) << body;
  }
}

TEST(PictureFieldsTest, MeasuresOnlyWhatIsOutsideOfPictures) {
  PictureFields fields;
  EXPECT_TRUE(fields.take("{\"image\": \""));
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(fields.take(std::string(10'000, 'A')));
  EXPECT_TRUE(fields.take("\", \"prompt\": \""));
  EXPECT_LT(fields.plain_bytes(), 64U);
  EXPECT_FALSE(fields.take(std::string(PictureFields::kMaxPlainBytes, 'a')));
}

// The text is never parsed as JSON: what no JSON string could hold is refused here.
TEST(PictureFieldsTest, ADataUrlIsOfWhatAJsonStringMayHold) {
  for (const char* const text :
       {"data:image/png;base64,QUJD", "data:image/svg+xml;base64,QUJD",
        "data:image\\/png;base64,QUJD", "data:image/png;name=a.png;base64,QUJD", "QUJD"}) {
    const auto bytes = decode_picture_text(text, "image");
    ASSERT_TRUE(bytes.ok()) << text << ": " << bytes.status();
    EXPECT_EQ(*bytes, "ABC");
  }
  for (const char* const text : {"data:image/p\xc3;base64,QUJD", "data:image/p\ng;base64,QUJD",
                                 "data:image/p\\q;base64,QUJD", "data:image/p\x7f;base64,QUJD",
                                 "data:text/plain;base64,QUJD", "data:image/png,QUJD"}) {
    EXPECT_FALSE(decode_picture_text(text, "image").ok()) << text;
  }
}

TEST(PictureFieldsTest, AThirdPictureIsNoPicture) {
  PictureFields fields;
  EXPECT_TRUE(fields.take(R"({"image": "A", "mask": "B", "image": ")"));
  EXPECT_FALSE(fields.take(std::string(PictureFields::kMaxPlainBytes, 'A')));
}

}  // namespace
}  // namespace easel
