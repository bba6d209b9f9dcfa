#include "engine/weights/safetensors_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "engine/weights/safetensors_file.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

TEST(SafetensorsWriterTest, EveryDTypeAndShapeComesBack) {
  const TempFolder folder;
  std::vector<NamedTensor> tensors;
  for (const DType dtype :
       {DType::kBool, DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kF8E4M3,
        DType::kF8E5M2, DType::kI64, DType::kI32, DType::kI16, DType::kI8, DType::kU8}) {
    const std::string name(dtype_name(dtype));
    tensors.push_back({name + ".scalar", dtype, {}, std::string(dtype_bytes(dtype), 's')});
    tensors.push_back({name + ".matrix", dtype, {2, 3}, std::string(6 * dtype_bytes(dtype), 'm')});
    tensors.push_back({name + ".empty", dtype, {0, 7}, ""});
  }
  const std::map<std::string, std::string> metadata = {{"h\xC3\xA9", "\"quoted\"\n"}};
  ASSERT_TRUE(write_safetensors(folder / "x.safetensors", tensors, metadata).ok());
  const auto file = SafetensorsFile::open(folder / "x.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->metadata(), metadata);
  ASSERT_EQ((*file)->tensors().size(), tensors.size());
  for (const NamedTensor& tensor : tensors) {
    const TensorInfo* info = (*file)->find(tensor.name);
    ASSERT_NE(info, nullptr) << tensor.name;
    EXPECT_EQ(info->dtype, tensor.dtype);
    EXPECT_EQ(info->shape, tensor.shape);
    EXPECT_EQ((*file)->data(*info), tensor.bytes);
  }
}

TEST(SafetensorsWriterTest, DataIsAligned) {
  const TempFolder folder;
  for (size_t length = 1; length < 70; ++length) {
    const std::string name(length, 'n');
    ASSERT_TRUE(write_safetensors(folder / "x", {{"u8", DType::kU8, {1}, "x"},
                                                 {name, DType::kF64, {1}, "12345678"}})
                    .ok());
    const auto file = SafetensorsFile::open(folder / "x");
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ((*file)->tensors()[0].offset % 64, 0u) << length;
    EXPECT_EQ((*file)->find(name)->offset % 8, 0u) << length;
  }
}

TEST(SafetensorsWriterTest, RefusesWhatNoReaderWouldTake) {
  const TempFolder folder;
  const auto write = [&](std::vector<NamedTensor> tensors,
                         std::map<std::string, std::string> metadata = {}) {
    return write_safetensors(folder / "x", tensors, metadata);
  };
  const NamedTensor good = {"a", DType::kU8, {1}, "x"};
  EXPECT_TRUE(fails_with(write({good, good}), Reason::kInvalidField, {"'a'"}));
  EXPECT_TRUE(fails_with(write({{"__metadata__", DType::kU8, {1}, "x"}}), Reason::kInvalidField,
                         {"__metadata__"}));
  EXPECT_TRUE(
      fails_with(write({{"\xFF", DType::kU8, {1}, "x"}}), Reason::kInvalidField, {"UTF-8"}));
  EXPECT_TRUE(fails_with(write({{"a", DType::kF32, {2}, "1234567"}}), Reason::kInvalidField,
                         {"'a'", "7", "[2]", "F32"}));
  EXPECT_TRUE(
      fails_with(write({{"a", DType::kU8, {-1}, ""}}), Reason::kInvalidField, {"'a'", "[-1]"}));
  EXPECT_TRUE(fails_with(write({{"a", DType::kF32, {int64_t{1} << 62}, ""}}), Reason::kInvalidField,
                         {"'a'"}));
  EXPECT_TRUE(fails_with(write({good}, {{"k", "\xFF"}}), Reason::kInvalidField, {"'k'"}));
  EXPECT_EQ(folder.num_files(), 0u);
}

TEST(SafetensorsWriterTest, AFolderThatIsNotThereIsAnOutputFailure) {
  const TempFolder folder;
  EXPECT_TRUE(
      fails_with(write_safetensors(folder / "no" / "x", {}), Reason::kOutputFailed, {"no/x"}));
}

TEST(SafetensorsWriterTest, ReadsWholeFiles) {
  const TempFolder folder;
  ASSERT_TRUE(write_safetensors(folder / "x", {{"a", DType::kI32, {1}, "1234"}}).ok());
  const auto tensors = read_safetensors(folder / "x");
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 1u);
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_EQ((*tensors)[0].bytes, "1234");
  EXPECT_TRUE(fails_with(read_safetensors(folder / "y").status(), Reason::kModelMissing, {"y"}));
}

}  // namespace
}  // namespace easel
