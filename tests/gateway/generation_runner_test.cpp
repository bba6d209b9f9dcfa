#include "gateway/generation_runner.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>

#include "base/error.h"
#include "base/strings.h"
#include "gateway/api_error.h"
#include "gateway/thumbnail.h"
#include "storage/storage.h"
#include "tests/gateway/fake_image_worker.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr std::chrono::seconds kLong(20);

class GenerationRunnerTest : public ::testing::Test {
 public:
  GenerationRunnerTest() {
    options.silence = {std::chrono::milliseconds(100), std::chrono::milliseconds(100)};
  }
  void start() {
    auto opened = Storage::open(folder.path());
    ASSERT_TRUE(opened.ok()) << opened.status();
    storage = *std::move(opened);
    models = std::make_unique<KnownModels>(KnownModelsOptions(), worker);
    runner = std::make_unique<GenerationRunner>(
        options, worker, GenerationStores{storage->generations(), storage->pictures()}, hub);
  }
  static GenerateOrder order_of(const std::string& id) {
    GenerateOrder order;
    order.request.request_id = id;
    order.request.prompt = "x";
    order.settings_json = "{}";
    return order;
  }
  absl::StatusOr<std::shared_ptr<GenerationRun>> begin(const std::string& id,
                                                       uint32_t num_images = 1) {
    GenerateOrder order = order_of(id);
    order.request.num_images = num_images;
    return runner->start(order, {id, "", {}}, "");
  }
  absl::StatusOr<std::shared_ptr<GenerationRun>> begin_answer(const std::string& id,
                                                              GenerationExtras extras,
                                                              const std::string& engine = "") {
    GenerateOrder order = order_of(id);
    order.request.model = engine;
    return runner->start(order, {id, "", {}}, "", std::move(extras));
  }
  // Of a trigger with a picture.
  std::shared_ptr<const TriggerAnswer> store_answer() {
    PictureStore& pictures = storage->pictures();
    const std::string png = solid_png(32, 16);
    const TriggerFiles files{
        pictures.write(PictureKind::kPrankPicture, "t", 0, png).value(),
        pictures.write(PictureKind::kPrankThumbnail, "t", 0, make_thumbnail(png).value()).value()};
    return TriggerAnswer::open(pictures, files, *models).value();
  }
  std::string status_of(const std::string& id) {
    const auto record = storage->generations().get(id);
    if (!record.ok() || !*record) return "none";
    return std::string(generation_status_name((*record)->status));
  }
  static ErrorCode code_of(const absl::Status& status) { return public_error(status).code; }

  TempFolder folder;
  FakeImageWorker worker;
  EventHub hub;
  GenerationRunnerOptions options;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<KnownModels> models;
  std::unique_ptr<GenerationRunner> runner;
};

TEST_F(GenerationRunnerTest, WritesTheRowBeforeTheWork) {
  std::string seen;
  worker.script = [&](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                      CancelSignal& cancel) {
    seen = status_of(request.request_id);
    return FakeImageWorker::picture(request, sink, cancel);
  };
  start();
  const auto run = begin("a");
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(seen, "queued");
  EXPECT_EQ(status_of("a"), "done");
  EXPECT_TRUE((*run)->outcome.ok()) << (*run)->outcome;
  EXPECT_EQ((*run)->record->files.size(), 1U);
}

TEST_F(GenerationRunnerTest, WhoWaitsIsToldItsPlaceAndCountsAsQueuedUntilTheWorkBegins) {
  std::vector<std::string> seen;
  worker.script = [&](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                      CancelSignal& cancel) {
    const WorkerEvent events[] = {WorkerQueued{2, 3}, WorkerQueued{1, 2},
                                  WorkerProgress{"loading", 0, 1}};
    for (const WorkerEvent& event : events) {
      EXPECT_TRUE(sink(event).ok());
      seen.push_back(status_of(request.request_id));
    }
    return FakeImageWorker::picture(request, sink, cancel);
  };
  start();
  const auto run = begin("w");
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(seen, (std::vector<std::string>{"queued", "queued", "running"}));
  const std::string places[] = {R"({"generation_id":"w","length":3,"position":2})",
                                R"({"generation_id":"w","length":2,"position":1})"};
  for (uint64_t i = 0; i < 2; ++i) {
    const auto event = (*run)->log->next(i, kLong);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->name, "queued");
    EXPECT_EQ(*event->data, places[i]);
  }
}

TEST_F(GenerationRunnerTest, ManyAtOnceWithReadersAndCancels) {
  start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([this, i] {
      const std::string id = "g" + std::to_string(i);
      const auto run = begin(id);
      ASSERT_TRUE(run.ok()) << run.status();
      std::thread reader([log = (*run)->log] {
        uint64_t sequence = 0;
        while (const auto event = log->next(sequence, kLong)) {
          EXPECT_GT(event->sequence, sequence);
          sequence = event->sequence;
        }
      });
      if (i % 3 == 0) runner->cancel(id);
      EXPECT_TRUE((*run)->log->wait_closed(kLong));
      reader.join();
      EXPECT_TRUE(status_of(id) == "done" || status_of(id) == "cancelled") << status_of(id);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(GenerationRunnerTest, CancelStopsTheWorkerAndClosesTheRow) {
  worker.script = FakeImageWorker::hang;
  start();
  const auto run = begin("c");
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(runner->cancel("c"));
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kCancelled);
  EXPECT_EQ(status_of("c"), "cancelled");
  EXPECT_FALSE(runner->cancel("never"));
}

TEST_F(GenerationRunnerTest, WhoHearsOfTheEndFindsItEnded) {
  options.max_running = 1;
  start();
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    const auto run = begin(id);
    ASSERT_TRUE(run.ok()) << run.status() << ": the one before has made room";
    ASSERT_TRUE((*run)->log->wait_closed(kLong));
    ASSERT_FALSE(runner->cancel(id));
  }
}

TEST_F(GenerationRunnerTest, ASilentWorkerThatAnswersNoQuestionCountsAsGone) {
  worker.script = FakeImageWorker::hang;
  worker.answers = false;
  start();
  const auto run = begin("s");
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kWorkerUnavailable);
  EXPECT_EQ(status_of("s"), "failed");
}

TEST_F(GenerationRunnerTest, ASilentWorkerThatAnswersIsWaitedFor) {
  worker.script = FakeImageWorker::hang;
  start();
  const auto run = begin("w");
  while (worker.questions < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE((*run)->log->closed());
  runner->cancel("w");
}

TEST_F(GenerationRunnerTest, RefusesTheSameIdAndMoreThanItsLimit) {
  options.max_running = 1;
  worker.script = FakeImageWorker::hang;
  start();
  ASSERT_TRUE(begin("one").ok());
  EXPECT_EQ(code_of(begin("two").status()), ErrorCode::kQueueFull);
  EXPECT_EQ(status_of("two"), "none");
  runner->cancel("one");
  runner->shutdown(kLong);
  EXPECT_EQ(code_of(begin("three").status()), ErrorCode::kBusy);
}

TEST_F(GenerationRunnerTest, TriggersAnswerUpToALimitOfTheirOwn) {
  options.max_running = 1;
  options.max_answers = 1;
  worker.script = FakeImageWorker::hang;
  start();
  ASSERT_TRUE(begin("drawing").ok());
  const std::shared_ptr<const TriggerAnswer> answer = store_answer();
  // It is told until its row is closed: its cost is given back before, while it still counts.
  std::promise<void> ending, tried;
  const auto hit = begin_answer("hit",
                                {answer,
                                 [&] {
                                   ending.set_value();
                                   tried.get_future().wait();
                                 }},
                                /*engine=*/"unheard of");
  ASSERT_TRUE(hit.ok()) << hit.status();
  ending.get_future().wait();
  EXPECT_EQ(code_of(begin_answer("next", {answer, nullptr}).status()), ErrorCode::kQueueFull);
  tried.set_value();
  ASSERT_TRUE((*hit)->log->wait_closed(kLong));
  const auto last = begin_answer("last", {answer, nullptr});
  ASSERT_TRUE(last.ok()) << last.status();
  ASSERT_TRUE((*last)->log->wait_closed(kLong));
  EXPECT_EQ(status_of("last"), "done");
  runner->cancel("drawing");
}

TEST_F(GenerationRunnerTest, WhatTheWorkerSendsMustBeAPicture) {
  worker.script = [](const WorkerRequest&, const FakeImageWorker::Sink& sink, CancelSignal&) {
    return sink(WorkerImage{0, "no picture"});
  };
  start();
  const auto run = begin("n");
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kInferenceFailed);
}

TEST_F(GenerationRunnerTest, PicturesComeInOrderAndEachOnce) {
  for (const std::vector<uint32_t>& order : {std::vector<uint32_t>{1}, {0, 0}, {0, 2}}) {
    worker.script = [&](const WorkerRequest&, const FakeImageWorker::Sink& sink, CancelSignal&) {
      absl::Status taken;
      for (const uint32_t index : order) {
        if (taken.ok()) taken = sink(WorkerImage{index, solid_png(32, 16)});
      }
      return taken;
    };
    if (runner == nullptr) start();
    const std::string id = concat("order", order.size(), order.back());
    const auto run = begin(id, /*num_images=*/3);
    ASSERT_TRUE(run.ok()) << run.status();
    ASSERT_TRUE((*run)->log->wait_closed(kLong));
    EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kInferenceFailed);
    EXPECT_NE((*run)->outcome.message().find("out of order"), absl::string_view::npos);
    EXPECT_EQ(status_of(id), "failed");
  }
}

TEST_F(GenerationRunnerTest, APictureThatFindsItsRowClosedLeavesNoFile) {
  worker.script = [&](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                      CancelSignal&) {
    EXPECT_TRUE(sink(WorkerStep{1, 1, "", ""}).ok());
    EXPECT_TRUE(storage->generations().finish_cancelled(request.request_id, {1, 1}).ok());
    return sink(WorkerImage{0, solid_png(32, 16)});
  };
  start();
  const auto run = begin("o", /*num_images=*/2);
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_FALSE((*run)->outcome.ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder / "generations"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "thumbnails"));
}

// It was made and it is on the disk, so its row has it.
TEST_F(GenerationRunnerTest, APictureBeforeAFailureStaysInTheHistory) {
  worker.script = [](const WorkerRequest&, const FakeImageWorker::Sink& sink, CancelSignal&) {
    EXPECT_TRUE(sink(WorkerImage{0, solid_png(32, 16)}).ok());
    return make_error(Reason::kInferenceFailed, "no result");
  };
  start();
  const auto run = begin("p");
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_FALSE((*run)->outcome.ok());
  EXPECT_EQ(status_of("p"), "failed");
  const auto files = storage->generations().get("p").value()->files;
  ASSERT_EQ(files.size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder / "generations" / files[0].picture_file));
}

TEST_F(GenerationRunnerTest, ACancelThatComesAfterTheResultChangesNothing) {
  worker.script = [](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                     CancelSignal& cancel) {
    const absl::Status drawn = FakeImageWorker::picture(request, sink, cancel);
    cancel.cancel(api_error(ErrorCode::kCancelled));
    return drawn;
  };
  start();
  const auto run = begin("d");
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_TRUE((*run)->outcome.ok()) << (*run)->outcome;
  EXPECT_EQ(status_of("d"), "done");
}

TEST_F(GenerationRunnerTest, AnEndWithoutAResultIsAFailure) {
  worker.script = [](const WorkerRequest&, const FakeImageWorker::Sink&, CancelSignal&) {
    return absl::OkStatus();
  };
  start();
  const auto run = begin("e");
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kInferenceFailed);
  EXPECT_EQ(status_of("e"), "failed");
}

TEST_F(GenerationRunnerTest, APictureThatCannotBeStoredIsAFailureWithItsReason) {
  start();
  // A file in place of the folder, so that it fails for root too.
  std::filesystem::remove_all(folder / "thumbnails");
  folder.write("thumbnails", "");
  const auto run = begin("f");
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_TRUE((*run)->log->wait_closed(kLong));
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kStorageFailed);
  EXPECT_EQ(status_of("f"), "failed");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "generations")) << "no picture without a row";
  std::filesystem::remove(folder / "thumbnails");
  std::filesystem::create_directory(folder / "thumbnails");
  const auto next = begin("works-again");
  ASSERT_TRUE((*next)->log->wait_closed(kLong));
  EXPECT_EQ(status_of("works-again"), "done");
}

TEST_F(GenerationRunnerTest, ShutdownLeavesTheRowOpenForTheNextStart) {
  worker.script = FakeImageWorker::hang;
  start();
  const auto run = begin("open");
  runner->shutdown(std::chrono::milliseconds(10));
  EXPECT_TRUE((*run)->log->closed());
  EXPECT_EQ(code_of((*run)->outcome), ErrorCode::kInterrupted);
  runner.reset();
  storage.reset();
  start();
  EXPECT_EQ(status_of("open"), "interrupted");
}

}  // namespace
}  // namespace easel
