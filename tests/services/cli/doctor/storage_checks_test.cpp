// Disks, data folder, models and the picture: what is said of given facts, and real folders read.
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fcntl.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "services/cli/doctor/data_folder_check.h"
#include "services/cli/doctor/disk_check.h"
#include "services/cli/doctor/generation_check.h"
#include "services/cli/doctor/models_check.h"
#include "services/cli/doctor/service_places.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

void expect_finding(const Finding& finding, FindingStatus status, const std::string& part) {
  EXPECT_EQ(finding.status, status) << finding.found << " | " << finding.cause;
  const std::string all = finding.found + " | " + finding.cause + " | " + finding.remedy;
  EXPECT_NE(all.find(part), std::string::npos) << "wanted '" << part << "' in: " << all;
  EXPECT_EQ(finding.cause.empty(), status == FindingStatus::kOk) << all;
  EXPECT_EQ(finding.remedy.empty(), status == FindingStatus::kOk) << all;
}

TEST(DiskCheckTest, JudgesFreeSpace) {
  const auto judged = [](int64_t free) {
    return judge_disk_space("models", DiskSpace{"/models", 100 * kGiB, free});
  };
  expect_finding(judged(50 * kGiB), FindingStatus::kOk, "50.0 GiB of 100.0 GiB free at /models");
  expect_finding(judged(kGiB), FindingStatus::kWarn, "nearly full");
  expect_finding(judged(1000), FindingStatus::kFail, "is full");
  expect_finding(judge_disk_space("models", make_error(Reason::kOutputFailed, "stale handle")),
                 FindingStatus::kFail, "stale handle");
}

TEST(DiskCheckTest, AFolderThatIsNotThereIsMeasuredByTheOneAbove) {
  const TempFolder folder;
  const absl::StatusOr<DiskSpace> space = read_disk_space(folder / "not/there");
  ASSERT_TRUE(space.ok()) << space.status();
  EXPECT_EQ(space->folder, folder.path());
  EXPECT_GT(space->total_bytes, 0);
  EXPECT_TRUE(read_disk_space("relative").ok());
}

TEST(DiskCheckTest, ReadsAWholeFileOfAnyLengthAndNoMoreThanItsLimit) {
  const TempFolder folder;
  const auto file = folder.write("weights", std::string((5 << 20) + 123, 'w'));
  absl::StatusOr<ReadSpeed> speed = measure_read_speed(file, {.bytes = 1 << 30, .seconds = 60});
  ASSERT_TRUE(speed.ok()) << speed.status();
  EXPECT_EQ(speed->bytes, (5 << 20) + 123);
  EXPECT_GT(speed->seconds, 0);
  speed = measure_read_speed(file, {.bytes = 1, .seconds = 60});
  ASSERT_TRUE(speed.ok());
  EXPECT_EQ(speed->bytes, 4 << 20) << "one block";
}

TEST(DiskCheckTest, WhatCannotBeReadIsAnErrorAndNoCrash) {
  const TempFolder folder;
  EXPECT_FALSE(measure_read_speed(folder / "missing").ok());
  EXPECT_FALSE(measure_read_speed(folder.path()).ok());
  const auto empty = measure_read_speed(folder.write("empty", ""));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->bytes, 0);
}

TEST(DiskCheckTest, JudgesReadSpeed) {
  const auto judged = [](int64_t bytes, double seconds) {
    return judge_read_speed("/m/w", ReadSpeed{bytes, seconds, true});
  };
  expect_finding(judged(256 << 20, 0.25), FindingStatus::kOk, "1074 MB/s");
  expect_finding(judged(100'000'000, 1), FindingStatus::kWarn, "6 minutes");
  expect_finding(judged(1000, 1), FindingStatus::kOk, "not measured");
  expect_finding(judge_read_speed("/m/w", bad_weights("/m/w: input/output error")),
                 FindingStatus::kFail, "input/output error");
}

// A sound header: 4096 bytes a page, two pages, easel's mark.
std::string database_header() {
  std::string header(100, '\0');
  std::memcpy(header.data(), "SQLite format 3", 16);
  header[16] = 0x10;
  header[31] = 2;
  std::memcpy(header.data() + 68, "EASL", 4);
  return header;
}

TEST(DataFolderCheckTest, TellsASoundDatabaseFromADamagedOne) {
  const std::string sound = database_header();
  EXPECT_EQ(database_problem(sound, 8192, /*has_wal=*/false), "");
  EXPECT_EQ(database_problem("", 0, false), "") << "just made";
  EXPECT_NE(database_problem(sound, 4096, false).find("cut short"), std::string::npos);
  EXPECT_EQ(database_problem(sound, 4096, /*has_wal=*/true), "") << "the rest is in the log";
  EXPECT_NE(database_problem(sound.substr(0, 50), 50, false), "");
  EXPECT_NE(database_problem(std::string(100, 'x'), 8192, false), "");
  std::string other = sound;
  other[68] = 'X';
  EXPECT_NE(database_problem(other, 8192, false).find("not one of easel's"), std::string::npos);
  other = sound;
  std::memset(other.data() + 68, 0, 4);
  EXPECT_NE(database_problem(other, 8192, /*has_wal=*/false), "");
  EXPECT_EQ(database_problem(other, 8192, /*has_wal=*/true), "") << "not yet in the file";
  other = sound;
  other[16] = 3;
  EXPECT_NE(database_problem(other, 8192, false), "") << "768 bytes a page";
}

TEST(DataFolderCheckTest, JudgesWhatWasFound) {
  DataFolderFacts facts;
  expect_finding(judge_data_folder(facts), FindingStatus::kWarn, "EASEL_DATA_DIR");
  facts.path = "/data";
  expect_finding(judge_data_folder(facts), FindingStatus::kOk, "not there yet");
  facts.exists = true;
  expect_finding(judge_data_folder(facts), FindingStatus::kOk, "no database yet");
  facts.database_bytes = 8192;
  facts.in_use = true;
  facts.holder = "4711";
  expect_finding(judge_data_folder(facts), FindingStatus::kOk,
                 "in use by a gateway (process 4711)");
  facts.database_problem = "it is damaged";
  expect_finding(judge_data_folder(facts), FindingStatus::kFail, "it is damaged");
  facts.write_problem = "Read-only file system";
  expect_finding(judge_data_folder(facts), FindingStatus::kFail, "Read-only file system");
}

TEST(DataFolderCheckTest, SeesWhoHoldsItAndChangesNothing) {
  const TempFolder folder;
  folder.write("easel.db", database_header() + std::string(8192 - 100, '\0'));
  const auto lock = folder.write("easel.lock", "4711\n");
  DataFolderFacts facts = read_data_folder_facts(folder.path());
  EXPECT_TRUE(facts.exists);
  EXPECT_FALSE(facts.in_use);
  EXPECT_EQ(facts.database_bytes, 8192);
  EXPECT_EQ(facts.database_problem, "");
  const int fd = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
  facts = read_data_folder_facts(folder.path());
  EXPECT_TRUE(facts.in_use);
  EXPECT_EQ(facts.holder, "4711");
  ::close(fd);
  EXPECT_EQ(folder.num_files(), 2u);
}

TEST(DataFolderCheckTest, AFolderThatIsNotThereIsNotMade) {
  const TempFolder folder;
  const DataFolderFacts facts = read_data_folder_facts(folder / "a/b");
  EXPECT_FALSE(facts.exists);
  EXPECT_EQ(facts.write_problem, "");
  EXPECT_EQ(folder.num_files(), 0u);
  const auto file = folder.write("file", "");
  EXPECT_NE(read_data_folder_facts(file).write_problem, "");
}

TEST(ServicePlacesTest, FollowTheEnvironment) {
  const auto places = service_places([](const std::string& name) {
    if (name == "HOME") return std::string("/home/user");
    return std::string(name == "EASEL_GATEWAY_PORT" ? "8123" : "");
  });
  EXPECT_EQ(places.gateway_address, "127.0.0.1:8123");
  EXPECT_EQ(places.worker_address, "127.0.0.1:50051");
  EXPECT_EQ(places.data_dir, "/home/user/.local/share/easel");
  EXPECT_EQ(service_places([](const std::string&) { return std::string(); }).data_dir, "");
}

KnownModel model_at(const std::string& name, const std::filesystem::path& path) {
  KnownModel model;
  model.name = name;
  model.path = path;
  return model;
}

ModelReport whole_report() {
  ModelReport report;
  report.family = "flux";
  report.variant = "dev";
  ComponentReport part;
  part.name = "vae";
  part.bytes = kGiB;
  report.components = {part};
  return report;
}

TEST(ModelsCheckTest, JudgesAsInspectSees) {
  const TempFolder folder;
  folder.write("model_index.json", "{}");
  const KnownModel model = model_at("org/name", folder.path());
  expect_finding(judge_model(model, whole_report()), FindingStatus::kOk, "flux dev, 1.0 GiB");
  ModelReport broken = whole_report();
  broken.components[0].problem = "no weights";
  expect_finding(judge_model(model, broken), FindingStatus::kFail, "vae: no weights");
  expect_finding(judge_model(model, broken), FindingStatus::kFail, "hf download org/name");
  broken.components.assign(5, broken.components[0]);
  expect_finding(judge_model(model, broken), FindingStatus::kFail, "and 2 more");
  ModelReport unknown;
  unknown.problem = "no family serves OtherPipeline";
  expect_finding(judge_model(model, unknown), FindingStatus::kWarn, "OtherPipeline");
  expect_finding(judge_model(model, bad_weights("model_index.json is no JSON")),
                 FindingStatus::kFail, "is no JSON");
}

TEST(ModelsCheckTest, AFolderThatIsNoModelIsAWarning) {
  const TempFolder folder;
  expect_finding(judge_model(model_at("org/half", folder.path()),
                             make_error(Reason::kModelMissing, "no model")),
                 FindingStatus::kWarn, "model_index.json");
}

TEST(ModelsCheckTest, OnlyWhatSomebodyRegisteredIsMissed) {
  KnownModel model = model_at("flux_dev", "");
  model.located = make_error(Reason::kModelMissing, "looked in EASEL_MODELS_DIR");
  model.built_in = true;
  expect_finding(judge_model(model, model.located), FindingStatus::kOk, "not on this machine");
  model.built_in = false;
  expect_finding(judge_model(model, model.located), FindingStatus::kFail, "looked in");
  model.built_in = true;
  model.name = "demo";
  expect_finding(judge_model(model, model.located), FindingStatus::kFail, "EASEL_DEMO_DIR");
}

TEST(ModelsCheckTest, ComponentsFromElsewhereAreCheckedWhereTheyLie) {
  KnownModel model = model_at("mine", "/m");
  model.components = {{"vae", "/other"}};
  expect_finding(judge_mixed_model(model, absl::OkStatus()), FindingStatus::kOk, "elsewhere");
  expect_finding(judge_mixed_model(model, bad_weights("/other: cut short")), FindingStatus::kFail,
                 "/other: cut short");
}

TEST(KnownModelsTest, ListsEveryFolderOfTheModelsDirAndWhereEachLies) {
  const TempFolder folder;
  folder.write("models/org/whole/model_index.json", "{}");
  folder.write("models/org/half/vae/weights.safetensors", "12");
  folder.write("models/flat/model_index.json", "{}");
  folder.write("models/.locks/x/y", "");
  folder.write("demo/model_index.json", "{}");
  ModelPlaces places;
  places.models_dir = folder / "models";
  places.demo = folder / "demo";
  const auto registry = ModelRegistry::load(places);
  ASSERT_TRUE(registry.ok());
  std::vector<std::string> names;
  for (const KnownModel& model : known_models(*registry, places)) names.push_back(model.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"demo", "flux_dev", "flux_schnell",
                                      (folder / "models/flat").string(), "org/half", "org/whole"}));
}

TEST(KnownModelsTest, TheLargestWeightsFileIsFoundOneFolderDown) {
  const TempFolder folder;
  EXPECT_EQ(largest_weights_file(folder.path()), "");
  EXPECT_EQ(largest_weights_file(folder / "missing"), "");
  folder.write("vae/a.safetensors", "1");
  const auto large = folder.write("transformer/b.safetensors", "123");
  folder.write("transformer/c.bin", "12345");
  EXPECT_EQ(largest_weights_file(folder.path()), large);
}

GenerateResult picture_of(const std::vector<float>& values) {
  GenerateResult result;
  NamedTensor image;
  image.name = "image";
  image.shape = {1, static_cast<int64_t>(values.size())};
  image.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  result.tensors = {image};
  result.width = result.height = 128;
  result.seconds = {{"denoise", 0.25}};
  return result;
}

TEST(GenerationCheckTest, ABlankPictureFails) {
  const SmallestModel demo{model_at("demo", "/demo"), 1000};
  expect_finding(judge_generation(demo, picture_of({0.1F, 0.9F}), 1), FindingStatus::kOk,
                 "a step 0.25 s, with loading 1.00 s");
  expect_finding(judge_generation(demo, picture_of({0.5F, 0.5F}), 1), FindingStatus::kFail,
                 "blank");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  expect_finding(judge_generation(demo, picture_of({nan, nan}), 1), FindingStatus::kFail, "blank");
  expect_finding(judge_generation(demo, GenerateResult{}, 1), FindingStatus::kFail, "blank");
}

TEST(GenerationCheckTest, AnErrorNamesItsReason) {
  const SmallestModel demo{model_at("demo", "/demo"), 1000};
  expect_finding(judge_generation(demo, make_error(Reason::kOutOfMemory, "no room"), 1),
                 FindingStatus::kFail, "--explain OUT_OF_MEMORY");
}

TEST(GenerationCheckTest, NothingIsDrawnWithoutAModelThatFits) {
  expect_finding(judge_undrawn(std::nullopt, kGiB), FindingStatus::kFail, "no model");
  expect_finding(judge_undrawn(SmallestModel{model_at("big", "/big"), 30 * kGiB}, kGiB),
                 FindingStatus::kWarn, "30.0 GiB");
}

}  // namespace
}  // namespace easel
