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

  Admission admission_{
      {.quick = 3, .waiting = 2, .streams = 5, .streams_per_address = 4, .large_bodies = 1}};
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
  absl::StatusOr<Admission::Ticket> ticket = admission_.admit_large_body();
  ASSERT_TRUE(ticket.ok());
  Admission::Ticket copy = *ticket;
  ticket->reset();
  EXPECT_EQ(public_error(admission_.admit_large_body().status()).code, ErrorCode::kBusy);
  copy.reset();
  EXPECT_TRUE(admission_.admit_large_body().ok());
}

}  // namespace
}  // namespace easel
