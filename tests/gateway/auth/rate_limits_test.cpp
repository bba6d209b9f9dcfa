#include "base/error.h"
#include "base/strings.h"
#include "gateway/data_url.h"
#include "tests/gateway/auth/service_fixture.h"
#include "tests/gateway/form_body.h"
#include "tests/gateway/solid_png.h"

namespace easel {
namespace {

constexpr int64_t kSecondMs = 1000, kMinuteMs = 60'000, kDayMs = 86'400'000;

class RateLimitsTest : public ServiceTest {
 protected:
  HttpResponse draw(const HeaderList& headers = {}, const std::string& engine = "auto",
                    int pictures = 1) {
    const nlohmann::json body = {{"prompt", "x"}, {"engine", engine}, {"num_images", pictures}};
    return call("POST", "/api/generate", headers, body.dump());
  }
  static std::string field(const HttpResponse& response, const char* name) {
    const std::string* value = response.headers.find(name);
    return value == nullptr ? "" : *value;
  }
};

TEST_F(RateLimitsTest, NothingIsLimitedUntilItIsConfigured) {
  start();
  for (int i = 0; i < 20; ++i) {
    const HttpResponse response = draw();
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(field(response, "RateLimit"), "");
  }
}

TEST_F(RateLimitsTest, SaysWhatIsLeftAndWhenToTryAgain) {
  settings.limits.units_per_minute = 3;
  start();
  EXPECT_EQ(field(draw(), "RateLimit"), R"("minute";r=2;t=20)");
  EXPECT_EQ(field(draw(), "RateLimit-Policy"), R"("minute";q=3;w=60)");
  EXPECT_EQ(draw().status, 200);
  const HttpResponse refused = draw();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(error_of(refused), "rate_limited");
  EXPECT_EQ(field(refused, "Retry-After"), "20");
  EXPECT_EQ(field(refused, "RateLimit"), R"("minute";r=0;t=60)");
  now_ms += 20 * kSecondMs;
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 429);
}

TEST_F(RateLimitsTest, WhoObeysRetryAfterIsNeverRefusedAgain) {
  settings.limits.units_per_minute = 7;
  settings.limits.model_costs = {{"big", 5}};
  start();
  int refused_twice = 0, drawn = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string engine = i % 3 == 0 ? "big" : "small";
    HttpResponse response = draw({}, engine);
    if (response.status == 429) {
      now_ms += std::stoi(field(response, "Retry-After")) * kSecondMs;
      response = draw({}, engine);
      refused_twice += response.status == 429 ? 1 : 0;
    }
    drawn += response.status == 200 ? 1 : 0;
  }
  EXPECT_EQ(refused_twice, 0);
  EXPECT_EQ(drawn, 200);
}

TEST_F(RateLimitsTest, APictureCostsAsItsModelDoesAndSoDoesEachOfSeveral) {
  settings.limits.units_per_minute = 20;
  settings.limits.model_costs = {{"big", 4}, {"auto", 2}};
  start();
  EXPECT_EQ(field(draw({}, "big", 2), "RateLimit"), R"("minute";r=12;t=24)");
  EXPECT_EQ(field(draw({}, "auto"), "RateLimit"), R"("minute";r=10;t=30)");
  EXPECT_EQ(field(draw({}, "small"), "RateLimit"), R"("minute";r=9;t=33)");
}

TEST_F(RateLimitsTest, WhatCostsMoreThanAMinutePassesWhenTheMinuteIsWholeAndIsPaidOff) {
  settings.limits.units_per_minute = 10;
  settings.limits.model_costs = {{"big", 30}};
  start();
  EXPECT_EQ(draw({}, "big").status, 200);
  const HttpResponse refused = draw({}, "small");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(field(refused, "Retry-After"), "126");
  now_ms += 126 * kSecondMs;
  EXPECT_EQ(draw({}, "small").status, 200);
}

TEST_F(RateLimitsTest, ClientsAreAddressesIpv6NetworksAndKeys) {
  settings.limits.units_per_minute = 1;
  start_with_admin();
  const std::string key = make_key({{"name", "k"}, {"scopes", {"generate"}}});
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 429);
  EXPECT_EQ(draw(bearer(key)).status, 200);
  address = "192.0.2.2";
  EXPECT_EQ(draw(bearer(key)).status, 429) << "the key, wherever it is used";
  EXPECT_EQ(draw().status, 200);
  address = "2001:db8::1";
  EXPECT_EQ(draw().status, 200);
  address = "2001:db8::ffff";
  EXPECT_EQ(draw().status, 429);
}

TEST_F(RateLimitsTest, AKeyMayHaveLimitsOfItsOwnAndAdminsHaveNone) {
  settings.limits.units_per_minute = 1;
  start_with_admin();
  const std::string more =
      make_key({{"name", "k"}, {"scopes", {"generate"}}, {"units_per_minute", 2}});
  const std::string unlimited =
      make_key({{"name", "k"}, {"scopes", {"generate"}}, {"units_per_minute", 0}});
  EXPECT_EQ(draw(bearer(more)).status, 200);
  EXPECT_EQ(draw(bearer(more)).status, 200);
  EXPECT_EQ(draw(bearer(more)).status, 429);
  const HeaderList admin = with(log_in());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(draw(bearer(unlimited)).status, 200);
    EXPECT_EQ(draw(admin).status, 200);
  }
}

TEST_F(RateLimitsTest, QuotasLastADayAndOutliveTheProcess) {
  settings.limits.units_per_day = 3;
  start();
  EXPECT_EQ(draw({}, "auto", 2).status, 200);
  stop();
  start();
  EXPECT_EQ(draw({}, "auto", 2).status, 429) << "it would be four";
  const HttpResponse last = draw();
  EXPECT_EQ(last.status, 200);
  const int64_t left = (kDayMs - (kStartMs + now_ms) % kDayMs + 999) / 1000;
  EXPECT_EQ(field(last, "RateLimit"), concat(R"("day";r=0;t=)", left));
  EXPECT_EQ(field(last, "RateLimit-Policy"), R"("day";q=3;w=86400)");
  const HttpResponse refused = draw();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(field(refused, "Retry-After"), std::to_string(left));
  stop();
  start();
  EXPECT_EQ(draw().status, 429);
  now_ms += left * kSecondMs;
  EXPECT_EQ(draw().status, 200);
}

TEST_F(RateLimitsTest, ARefusalByTheDayTakesNothingOfTheMinute) {
  settings.limits.units_per_minute = 2;
  settings.limits.units_per_day = 1;
  start();
  EXPECT_EQ(field(draw(), "RateLimit").substr(0, 12), R"("minute";r=1)");
  for (int i = 0; i < 5; ++i) {
    const HttpResponse refused = draw();
    EXPECT_GT(std::stoi(field(refused, "Retry-After")), 60) << "the day's, every time";
    EXPECT_EQ(field(refused, "RateLimit"),
              concat(R"("minute";r=1;t=30, "day";r=0;t=)", field(refused, "Retry-After")));
    EXPECT_EQ(field(refused, "RateLimit-Policy"), R"("minute";q=2;w=60, "day";q=1;w=86400)");
  }
  now_ms += kDayMs - kMinuteMs;
  EXPECT_EQ(draw().status, 200);
}

TEST_F(RateLimitsTest, ARefusalByTheMinuteTakesNothingOfTheDay) {
  settings.limits.units_per_minute = 1;
  settings.limits.units_per_day = 2;
  start();
  EXPECT_EQ(draw().status, 200);
  for (int i = 0; i < 5; ++i) {
    const HttpResponse refused = draw();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(field(refused, "RateLimit"), R"("minute";r=0;t=60)");
    EXPECT_EQ(field(refused, "RateLimit-Policy"), R"("minute";q=1;w=60)");
  }
  now_ms += kMinuteMs;
  EXPECT_EQ(draw().status, 200);
}

TEST_F(RateLimitsTest, EditsAreCountedToo) {
  settings.limits.units_per_minute = 2;
  start();
  const HeaderList form = list_of({{"Content-Type", FormBody::content_type()}});
  const std::string body =
      FormBody().add("prompt", "x").add_file("image", "a.png", solid_png(32, 16)).text();
  const HttpResponse first = call("POST", "/edit", form, body);
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(field(first, "RateLimit"), R"("minute";r=1;t=30)");
  EXPECT_EQ(call("POST", "/edit", form, FormBody().add("prompt", "x").text()).status, 400);
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(call("POST", "/edit", form, body).status, 429);
}

TEST_F(RateLimitsTest, MakingAPrankCostsUnitsToo) {
  settings.limits.units_per_minute = 2;
  settings.limits.model_costs = {{"upload", 2}};
  start();
  EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"title": "one"})").status, 201);
  EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"title": "two"})").status, 429);
}

// A form needs no preflight: a page of any site could send one through its visitor's browser.
TEST_F(RateLimitsTest, AFormFromAPageOfAnotherSiteIsRefused) {
  start();
  const std::string body =
      FormBody().add("prompt", "x").add_file("image", "a.png", solid_png(32, 16)).text();
  for (const auto& [origin, status] : std::initializer_list<std::pair<std::string_view, int>>{
           {"https://example.org", 403}, {"null", 403}, {"https://pranks.halsted.dev", 200}}) {
    const HeaderList headers =
        list_of({{"Content-Type", FormBody::content_type()}, {"Origin", origin}});
    EXPECT_EQ(call("POST", "/edit", headers, body).status, status) << origin;
  }
}

// Units are given back by the generation itself: whoever asked may have gone.
TEST_F(RateLimitsTest, WorkThatTheWorkerDoesNotBeginCostsNothing) {
  settings.limits.units_per_minute = 2;
  settings.limits.units_per_day = 2;
  worker.script = [](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                     CancelSignal& cancel) -> absl::Status {
    if (request.prompt == "away") return api_error(ErrorCode::kWorkerUnavailable);
    if (request.prompt == "full") return make_error(Reason::kQueueFull, "64 jobs wait");
    if (request.prompt == "odd") return make_error(Reason::kInvalidField, "no such engine");
    if (absl::Status queued = sink(WorkerQueued{3, 4}); !queued.ok()) return queued;
    if (request.prompt == "late") return make_error(Reason::kDeadline, "it waited too long");
    return FakeImageWorker::picture(request, sink, cancel);
  };
  start();
  for (int i = 0; i < 3; ++i) {
    for (const char* prompt : {"away", "full", "odd", "late"}) {
      const HttpResponse refused =
          call("POST", "/api/generate", {}, nlohmann::json{{"prompt", prompt}}.dump());
      EXPECT_GE(refused.status, 400) << prompt;
      EXPECT_NE(error_of(refused), "rate_limited") << prompt;
      EXPECT_EQ(field(refused, "RateLimit"), "") << prompt;
    }
    const HeaderList form = list_of({{"Content-Type", FormBody::content_type()}});
    const std::string edit =
        FormBody().add("prompt", "away").add_file("image", "a.png", solid_png(32, 16)).text();
    EXPECT_EQ(error_of(call("POST", "/edit", form, edit)), "worker_unavailable");
  }
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 429);
}

TEST_F(RateLimitsTest, WorkThatFailsAfterItBeganIsPaidFor) {
  settings.limits.units_per_day = 1;
  worker.script = [](const WorkerRequest&, const FakeImageWorker::Sink& sink,
                     CancelSignal&) -> absl::Status {
    if (absl::Status step = sink(WorkerStep{1, 5, "", ""}); !step.ok()) return step;
    return make_error(Reason::kInferenceFailed, "not a number");
  };
  start();
  EXPECT_EQ(error_of(draw()), "inference_failed");
  EXPECT_EQ(error_of(draw()), "rate_limited");
}

TEST_F(RateLimitsTest, WhatCostsMoreThanADayHasIsToldSoInsteadOfToWait) {
  settings.limits.units_per_day = 10;
  settings.limits.units_per_minute = 10;
  settings.limits.model_costs = {{"big", 4}};
  start();
  const HttpResponse refused = draw({}, "big", 3);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error_of(refused), "invalid_field");
  EXPECT_NE(refused.body.find("12 units"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("10 a day"), std::string::npos) << refused.body;
  EXPECT_EQ(field(draw({}, "big", 2), "RateLimit").substr(0, 12), R"("minute";r=2)");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 429) << "the minute is used up";
  EXPECT_EQ(draw({}, "big", 3).status, 400) << "to wait would not help";
}

// Who sends what no worker can read makes it work all the same; a model that is none, not.
TEST_F(RateLimitsTest, APictureThatTheWorkerCannotReadIsPaidFor) {
  settings.limits.units_per_day = 2;
  worker.script = [](const WorkerRequest& request, const FakeImageWorker::Sink& sink,
                     CancelSignal&) -> absl::Status {
    if (absl::Status queued = sink(WorkerQueued{1, 1}); !queued.ok()) return queued;
    if (request.prompt == "no model") return make_error(Reason::kModelMissing, "no such model");
    return make_error(Reason::kInvalidField, "image: it cannot be read");
  };
  start();
  const auto send = [&](const char* prompt) {
    const nlohmann::json body = {{"prompt", prompt},
                                 {"engine", "nobody"},
                                 {"image", make_data_url("image/png", solid_png(32, 16))}};
    return call("POST", "/api/generate", {}, body.dump());
  };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(error_of(send("no model")), "invalid_field");
  EXPECT_EQ(error_of(send("unreadable")), "invalid_field");
  EXPECT_EQ(error_of(send("unreadable")), "invalid_field");
  EXPECT_EQ(error_of(send("unreadable")), "rate_limited");
}

TEST_F(RateLimitsTest, SoManyPranksAreKeptAndNoMore) {
  max_pranks = 2;
  start();
  const nlohmann::json first = json_of(call("POST", "/api/pranks", {}, "{}"));
  EXPECT_EQ(call("POST", "/api/pranks", {}, "{}").status, 201);
  const HttpResponse refused = call("POST", "/api/pranks", {}, "{}");
  EXPECT_EQ(refused.status, 507);
  EXPECT_NE(refused.body.find("at most 2 pranks"), std::string::npos) << refused.body;
  const std::string builder = first["builder_slug"];
  EXPECT_EQ(call("DELETE", concat("/api/pranks/builder/", builder)).status, 200);
  EXPECT_EQ(call("POST", "/api/pranks", {}, "{}").status, 201);
}

TEST_F(RateLimitsTest, APrankThatWasNotMadeCostsNothing) {
  settings.limits.units_per_day = 2;
  start();
  EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"share_slug": "mine"})").status, 201);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"share_slug": "mine"})").status, 409);
    EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"share_slug": "?"})").status, 400);
  }
  EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"share_slug": "other"})").status, 201);
  EXPECT_EQ(call("POST", "/api/pranks", {}, R"({"share_slug": "third"})").status, 429);
}

TEST_F(RateLimitsTest, WorkThatDoesNotBeginCostsNothing) {
  settings.limits.units_per_minute = 2;
  settings.limits.units_per_day = 2;
  start();
  const char* body = R"({"prompt": "x", "request_id": "mine"})";
  EXPECT_EQ(call("POST", "/api/generate", {}, body).status, 200);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(call("POST", "/api/generate", {}, body).status, 409);
    EXPECT_EQ(call("POST", "/api/generate", {}, "{}").status, 400);
  }
  EXPECT_EQ(draw().status, 200);
  EXPECT_EQ(draw().status, 429);
}

}  // namespace
}  // namespace easel
