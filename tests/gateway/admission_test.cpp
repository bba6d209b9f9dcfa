#include "gateway/admission.h"

#include <gtest/gtest.h>

#include <vector>

#include "gateway/api_error.h"

namespace easel {
namespace {

using Tickets = std::vector<Admission::Ticket>;

class AdmissionTest : public ::testing::Test {
 protected:
  // Takes places until one is refused, and with what.
  ErrorCode fill(RouteKind kind, const std::string& address, Tickets& held) {
    while (true) {
      absl::StatusOr<Admission::Ticket> ticket = admission_.admit(kind, address);
      if (!ticket.ok()) return public_error(ticket.status()).code;
      held.push_back(*std::move(ticket));
    }
  }

  Admission admission_{{.quick = 3,
                        .waiting = 2,
                        .uploads = 3,
                        .uploads_per_address = 2,
                        .streams = 5,
                        .streams_per_address = 4,
                        .large_body_bytes = 100,
                        .large_body_bytes_per_address = 60,
                        .large_bodies_per_address = 2}};
};

TEST_F(AdmissionTest, EachKindHasItsOwnPlaces) {
  Tickets quick, waiting, streams;
  EXPECT_EQ(fill(RouteKind::kQuick, "a", quick), ErrorCode::kBusy);
  EXPECT_EQ(quick.size(), 3U);
  EXPECT_EQ(fill(RouteKind::kWaiting, "a", waiting), ErrorCode::kQueueFull);
  EXPECT_EQ(waiting.size(), 2U);
  EXPECT_EQ(fill(RouteKind::kStream, "a", streams), ErrorCode::kTooManyStreams);
  EXPECT_EQ(streams.size(), 4U);
}

TEST_F(AdmissionTest, StreamsAreCountedByAddressAndInAll) {
  Tickets held;
  EXPECT_EQ(fill(RouteKind::kStream, "a", held), ErrorCode::kTooManyStreams);
  EXPECT_EQ(fill(RouteKind::kStream, "b", held), ErrorCode::kTooManyStreams);
  EXPECT_EQ(held.size(), 5U) << "one was left for the second address";
  held.clear();
  EXPECT_EQ(fill(RouteKind::kStream, "b", held), ErrorCode::kTooManyStreams);
  EXPECT_EQ(held.size(), 4U) << "all were given back";
}

TEST_F(AdmissionTest, APlaceComesBackWithTheLastCopyOfItsTicket) {
  Tickets held;
  EXPECT_EQ(fill(RouteKind::kUpload, "a", held), ErrorCode::kBusy);
  Admission::Ticket copy = held[0];
  held[0].reset();
  EXPECT_FALSE(admission_.admit(RouteKind::kUpload, "a").ok());
  copy.reset();
  EXPECT_TRUE(admission_.admit(RouteKind::kUpload, "a").ok());
}

TEST_F(AdmissionTest, OneAddressLeavesUploadsToOthers) {
  Tickets held;
  EXPECT_EQ(fill(RouteKind::kUpload, "a", held), ErrorCode::kBusy);
  EXPECT_EQ(held.size(), 2U);
  EXPECT_EQ(fill(RouteKind::kUpload, "b", held), ErrorCode::kBusy);
  EXPECT_EQ(held.size(), 3U);
  EXPECT_TRUE(admission_.admit(RouteKind::kQuick, "a").ok());
}

TEST_F(AdmissionTest, AnAddressHasTwoLargeBodiesAtOnce) {
  auto first = admission_.admit_large_body("a");
  const auto second = admission_.admit_large_body("a");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(public_error(admission_.admit_large_body("a").status()).code, ErrorCode::kBusy);
  EXPECT_TRUE(admission_.admit_large_body("b").ok());
  first->reset();
  EXPECT_TRUE(admission_.admit_large_body("a").ok());
}

// However many slow clients there are: what has not come holds nothing.
TEST_F(AdmissionTest, LargeBodiesHoldWhatHasComeOfThem) {
  std::vector<std::shared_ptr<Admission::LargeBody>> slow;
  for (char name = 'a'; name < 'k'; ++name) {
    slow.push_back(admission_.admit_large_body(std::string(1, name)).value());
    ASSERT_TRUE(admission_.grow(*slow.back(), 4).ok());
  }
  const auto honest = admission_.admit_large_body("z");
  ASSERT_TRUE(honest.ok());
  EXPECT_TRUE(admission_.grow(**honest, 60).ok());
  EXPECT_EQ(public_error(admission_.grow(*slow[0], 1)).code, ErrorCode::kBusy) << "all is taken";
  slow.pop_back();
  EXPECT_TRUE(admission_.grow(*slow[0], 4).ok());
  EXPECT_FALSE(admission_.grow(*slow[0], 1).ok());
}

TEST_F(AdmissionTest, OneAddressLeavesRoomForALargeBodyOfAnother) {
  const auto first = admission_.admit_large_body("a");
  const auto second = admission_.admit_large_body("a");
  ASSERT_TRUE(admission_.grow(**first, 30).ok());
  ASSERT_TRUE(admission_.grow(**second, 30).ok());
  EXPECT_FALSE(admission_.grow(**second, 1).ok());
  EXPECT_EQ((*second)->bytes, 30U);
  const auto other = admission_.admit_large_body("b");
  EXPECT_TRUE(admission_.grow(**other, 40).ok());
}

}  // namespace
}  // namespace easel
