// Behind a proxy that is trusted, a client is who the proxy says it is.
#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

class ProxyTest : public GatewayTest {
 protected:
  ProxyTest() {
    options.trusted_proxies = {"127.0.0.1"};
    options.max_streams_per_address = 1;
    options.max_connections_per_address = 1;
    worker.set_script(script_hang());
  }
  // The answer's first line; the stream stays open as long as the connection.
  static std::string open_stream(RawConnection& reader, const std::string& forwarded) {
    reader.send("GET /api/generations/p/events HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " +
                forwarded + "\r\n\r\n");
    const std::string head = reader.receive("\r\n\r\n");
    return head.substr(0, head.find('\r'));
  }
};

TEST_F(ProxyTest, LimitsPerAddressCountTheProxysClients) {
  start();
  std::thread caller([&] { post({{"prompt", "x"}, {"request_id", "p"}}); });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  RawConnection first(gateway->port()), second(gateway->port()), third(gateway->port());
  EXPECT_EQ(open_stream(first, "1.1.1.1"), "HTTP/1.1 200 OK");
  EXPECT_EQ(open_stream(second, "1.1.1.1"), "HTTP/1.1 429 Too Many Requests");
  EXPECT_EQ(open_stream(third, "2.2.2.2"), "HTTP/1.1 200 OK") << "the proxy's own is not counted";
  client().Delete("/api/generations/p");
  caller.join();
}

}  // namespace
}  // namespace easel
