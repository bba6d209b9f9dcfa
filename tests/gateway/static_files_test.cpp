#include <unistd.h>

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

class StaticFilesTest : public GatewayTest {
 protected:
  // The path goes out as it is, without a client's clean-up.
  std::string fetch(const std::string& path) {
    RawConnection connection(gateway->port());
    connection.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return connection.receive();
  }
};

TEST_F(StaticFilesTest, MayBeCachedForEver) {
  start();
  const nlohmann::json made = json_of(post({{"prompt", "x"}}));
  for (const char* url : {"image_url", "thumbnail_url"}) {
    const auto result = client().Get(made[url].get<std::string>());
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(result->get_header_value("Content-Security-Policy"), "default-src 'none'; sandbox");
    const std::string tag = result->get_header_value("ETag");
    ASSERT_FALSE(tag.empty());
    const auto again = client().Get(made[url].get<std::string>(), {{"If-None-Match", tag}});
    EXPECT_EQ(again->status, 304);
    const auto another = client().Get(made[url].get<std::string>(), {{"If-None-Match", "\"x\""}});
    EXPECT_EQ(another->status, 200) << "of a tag that it does not have";
    EXPECT_EQ(again->body, "");
  }
}

TEST_F(StaticFilesTest, HeadSaysTheSizeAndSendsNothing) {
  start();
  const nlohmann::json made = json_of(post({{"prompt", "x"}}));
  const auto result = client().Head(made["image_url"].get<std::string>());
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Length"), std::to_string(fake_png(320, 200).size()));
  EXPECT_EQ(result->get_header_value("Accept-Ranges"), "none");
}

TEST_F(StaticFilesTest, RangesAreNeverServed) {
  start();
  const nlohmann::json made = json_of(post({{"prompt", "x"}}));
  std::string many = "bytes=0-";
  for (int i = 0; i < 60; ++i) many += ",0-";
  for (const std::string& range : {std::string("bytes=0-9"), std::string("bytes=-5"), many}) {
    const auto result = client().Get(made["image_url"].get<std::string>(), {{"Range", range}});
    ASSERT_TRUE(result) << range;
    EXPECT_TRUE(result->status == 200 || result->status == 416) << range;
    if (result->status == 200) {
      EXPECT_EQ(result->body, fake_png(320, 200));
    }
  }
}

TEST_F(StaticFilesTest, NothingButPicturesCanBeReached) {
  start();
  folder.write("generations/notes.txt", "secret");
  folder.write("secret.png", "secret");
  std::vector<std::string> paths;
  for (const char* name : {"../easel.db",
                           "..%2feasel.db",
                           "%2e%2e/easel.db",
                           "%2e%2e%2feasel.db",
                           "..%5ceasel.db",
                           "....//easel.db",
                           "%252e%252e%252feasel.db",
                           "..;/easel.db",
                           "..%00/easel.db",
                           "..%c0%afeasel.db",
                           "%2e%2e%5c%2e%2e%5ceasel.db",
                           "../secret.png",
                           "..%2fsecret.png",
                           ".",
                           "..",
                           "./",
                           "../",
                           "",
                           "/",
                           "//",
                           "/etc/passwd",
                           "%2fetc%2fpasswd",
                           "notes.txt",
                           "notes.txt%00.png",
                           "a.png%00",
                           "a.png/",
                           "a.png/.",
                           "a.png/..",
                           "..png",
                           ".png",
                           "a.PNG",
                           "a.webp",
                           "a~b.png",
                           "a%0a.png",
                           "a%0d%0aX-Evil:1.png",
                           "\\..\\easel.db",
                           "....",
                           "a.png;x",
                           "~root.png"}) {
    for (const char* root :
         {"/static/generations/", "/static/thumbnails/", "/static/", "/assets/"}) {
      paths.push_back(std::string(root) + name);
    }
  }
  paths.insert(paths.end(), {"/../../etc/passwd", "//etc/passwd", "/easel.db", "/.git/config",
                             "/%2e%2e/%2e%2e/etc/passwd", "/static", "/assets/../../easel.db"});
  for (const std::string& path : paths) {
    const std::string answer = fetch(path);
    const std::string first_line = answer.substr(0, answer.find('\r'));
    EXPECT_TRUE(first_line.ends_with("404 Not Found") || first_line.ends_with("400 Bad Request"))
        << path << " -> " << first_line;
    EXPECT_EQ(answer.find("secret"), std::string::npos) << path;
    EXPECT_EQ(answer.find("X-Evil"), std::string::npos) << path;
  }
}

TEST_F(StaticFilesTest, LinksAreNotFollowed) {
  start();
  const nlohmann::json made = json_of(post({{"prompt", "x"}, {"request_id", "real"}}));
  folder.write("secret.png", "secret");
  ASSERT_EQ(::symlink("../secret.png", (folder / "generations/link.png").c_str()), 0);
  ASSERT_EQ(::symlink("real.png", (folder / "generations/inner.png").c_str()), 0);
  EXPECT_EQ(client().Get("/static/generations/real.png")->status, 200);
  EXPECT_EQ(client().Get("/static/generations/link.png")->status, 404);
  EXPECT_EQ(client().Get("/static/generations/inner.png")->status, 404);
}

TEST_F(StaticFilesTest, ThePageComesWithAStrictPolicy) {
  start();
  const auto page = client().Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->get_header_value("Content-Type"), "text/html; charset=utf-8");
  const std::string policy = page->get_header_value("Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(client().Get("/", {{"If-None-Match", page->get_header_value("ETag")}})->status, 304);
}

}  // namespace
}  // namespace easel
