#include "gateway/multipart_reader.h"

#include <gtest/gtest.h>

#include "gateway/api_error.h"
#include "tests/gateway/form_body.h"

namespace easel {
namespace {

constexpr size_t kMost = 100;

MultipartReader::Admit up_to(size_t bytes) {
  return [bytes](std::string_view) { return bytes; };
}

// In pieces of `piece` bytes.
absl::StatusOr<std::vector<MultipartPart>> read(
    std::string_view body, size_t piece, const MultipartReader::Admit& admit = up_to(kMost)) {
  MultipartReader reader(FormBody::kBoundary, admit);
  for (size_t at = 0; at < body.size(); at += piece) {
    reader.take(body.substr(at, piece)).IgnoreError();
  }
  return reader.finish();
}

::testing::AssertionResult refused(std::string_view body, ErrorCode code, std::string_view words) {
  for (const size_t piece : {size_t{1}, size_t{7}, body.size()}) {
    const auto parts = read(body, piece);
    if (parts.ok()) return ::testing::AssertionFailure() << "taken in pieces of " << piece;
    const ApiError error = public_error(parts.status());
    if (error.code != code || error.message.find(words) == std::string::npos) {
      return ::testing::AssertionFailure() << parts.status();
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(MultipartReaderTest, TakesPartsInPiecesOfAnyLength) {
  FormBody form;
  form.add("prompt", "a circle").add("empty", "").add_file("image", "x.png", "\r\n--\r\n-\0-\r\n");
  for (size_t piece = 1; piece <= form.text().size(); ++piece) {
    const auto parts = read(form.text(), piece);
    ASSERT_TRUE(parts.ok()) << piece << ": " << parts.status();
    ASSERT_EQ(parts->size(), 3u);
    EXPECT_EQ((*parts)[0].name, "prompt");
    EXPECT_EQ((*parts)[0].content, "a circle");
    EXPECT_EQ((*parts)[1].content, "");
    EXPECT_EQ((*parts)[2].name, "image");
    EXPECT_EQ((*parts)[2].content, std::string("\r\n--\r\n-"));
  }
}

TEST(MultipartReaderTest, ContentThatLooksLikeABoundaryStays) {
  const std::string almost =
      concat("\r\n--", std::string(FormBody::kBoundary).substr(0, 5), "\r\n-- --");
  const auto parts = read(FormBody().add("a", almost).text(), 3);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ((*parts)[0].content, almost);
}

TEST(MultipartReaderTest, TakesWhatSendersWriteBesides) {
  const std::string b = concat("--", FormBody::kBoundary);
  const std::string body =
      concat("preamble\r\n", b,
             " \t\r\ncontent-disposition:form-data;name=a\r\nX-More: 1\r\n\r\none\r\n", b,
             "\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; filename=\"x\\\"; "
             "name=\\\"y\"; name=\"b \\\"q\\\"\"\r\n\r\ntwo\r\n",
             b, "--\r\nepilogue");
  const auto parts = read(body, 5);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ((*parts)[0].name, "a");
  EXPECT_EQ((*parts)[1].name, "b \"q\"");
  EXPECT_EQ((*parts)[1].content, "two");
}

TEST(MultipartReaderTest, TakesFileNamesWithBackslashesAsBrowsersWriteThem) {
  for (const char* name : {"odd\\", "C:\\pictures\\", "\\", "a\\b.png"}) {
    const auto parts = read(FormBody().add_file("image", name, "x").add("b", "y").text(), 9);
    ASSERT_TRUE(parts.ok()) << name << ": " << parts.status();
    EXPECT_EQ((*parts)[0].name, "image") << name;
    EXPECT_EQ((*parts)[0].content, "x") << name;
  }
  FormBody reversed;
  reversed.add_raw("Content-Disposition: form-data; filename=\"odd\\\"; name=\"image\"", "x");
  const auto parts = read(reversed.text(), 9);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ((*parts)[0].name, "image");
}

TEST(MultipartReaderTest, BoundsEveryNumber) {
  FormBody many;
  for (size_t i = 0; i < MultipartReader::kMaxParts; ++i) many.add("a", "x");
  EXPECT_TRUE(read(many.text(), 9).ok());
  EXPECT_TRUE(refused(many.add("a", "x").text(), ErrorCode::kInvalidField, "more than 16 parts"));
  EXPECT_TRUE(read(FormBody().add("a", std::string(kMost, 'x')).text(), 9).ok());
  EXPECT_TRUE(refused(FormBody().add("a", std::string(kMost + 1, 'x')).text(), ErrorCode::kTooLarge,
                      "'a' has more than 100 bytes"));
  EXPECT_TRUE(refused(FormBody().add_raw(std::string(9000, 'x'), "").text(),
                      ErrorCode::kInvalidField, "more than 8192 bytes"));
  EXPECT_TRUE(refused(std::string(9000, 'x'), ErrorCode::kInvalidField, "does not begin"));
}

TEST(MultipartReaderTest, RefusesATooLongPartBeforeItsEnd) {
  MultipartReader reader(FormBody::kBoundary, up_to(kMost));
  EXPECT_TRUE(reader.take(FormBody().add_open("a")).ok());
  EXPECT_FALSE(reader.take(std::string(kMost + 100, 'x')).ok());
  EXPECT_FALSE(reader.take("").ok()) << "the error stays";
}

TEST(MultipartReaderTest, AsksWhetherAPartIsTakenBeforeItComes) {
  MultipartReader reader(FormBody::kBoundary, [](std::string_view name) -> absl::StatusOr<size_t> {
    return api_error(ErrorCode::kInvalidField, concat("no '", name, "' here"));
  });
  const absl::Status status = reader.take(FormBody().add_open("huge"));
  EXPECT_EQ(public_error(status).message, "no 'huge' here");
}

TEST(MultipartReaderTest, RefusesWhatIsNoForm) {
  const std::string b = concat("--", FormBody::kBoundary);
  const std::pair<std::string, const char*> cases[] = {
      {"", "closing boundary"},
      {b + "--", ""},
      {FormBody().add("a", "x").text().substr(0, 60), "closing boundary"},
      {b + "x\r\n", "behind a boundary"},
      {b + "\r\n\r\nx\r\n" + b + "--", "no Content-Disposition"},
      {FormBody().add_raw("Content-Disposition: form-data", "x").text(), "has no name"},
      {FormBody().add_raw("Content-Disposition: attachment; name=a", "x").text(), "cannot be read"},
      {FormBody().add_raw("Content-Disposition: form-data; name=a; name=b", "x").text(), "no name"},
      {FormBody().add_raw("Content-Disposition: form-data; name=\"a", "x").text(),
       "cannot be read"},
      {FormBody()
           .add_raw(
               "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
               "x")
           .text(),
       "cannot be read"},
      {FormBody().add_raw("Content-Disposition: form-data; name=a\r\nno header", "x").text(),
       "no header"},
      {FormBody()
           .add_raw("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
                    "x")
           .text(),
       "Content-Transfer-Encoding"},
  };
  for (const auto& [body, words] : cases) {
    if (*words == '\0') {
      EXPECT_TRUE(read(body, 1).ok()) << "a form without parts is one";
    } else {
      EXPECT_TRUE(refused(body, ErrorCode::kInvalidField, words)) << body;
    }
  }
}

TEST(MultipartReaderTest, FindsTheBoundary) {
  const auto boundary = [](std::string_view type) {
    return MultipartReader::boundary_of(type).value_or("");
  };
  EXPECT_EQ(boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(boundary("multipart/form-data; charset=utf-8; Boundary=\"a b'c\"; x=y"), "a b'c");
  EXPECT_EQ(boundary("multipart/form-data;boundary=----=_Part;"), "----=_Part");
  EXPECT_EQ(boundary(concat("multipart/form-data; boundary=", std::string(70, 'x'))),
            std::string(70, 'x'));
  for (const char* type :
       {"multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"a ", "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=\"a\\\r\nb\"", "", ";"}) {
    EXPECT_EQ(boundary(type), "") << type;
  }
  EXPECT_EQ(boundary(concat("multipart/form-data; boundary=", std::string(71, 'x'))), "");
}

}  // namespace
}  // namespace easel
