#include <gtest/gtest.h>

#include "net/net.h"

namespace vigie::net {
namespace {

TEST(Url, TakesAddressesApart) {
  const Url url = *parse_url("https://ana:s%40fe@db.example:8443/a/b?x=1#part");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.user, "ana");
  EXPECT_EQ(url.password, "s@fe");
  EXPECT_EQ(url.host, "db.example");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/a/b?x=1");
  EXPECT_EQ(url.text(), "https://ana@db.example:8443/a/b?x=1");
}

TEST(Url, KnowsItsDefaults) {
  EXPECT_EQ(parse_url("http://db")->port, 80);
  EXPECT_EQ(parse_url("HTTPS://db")->port, 443);
  EXPECT_EQ(parse_url("http://db")->target, "/");
  EXPECT_EQ(parse_url("http://db?x=1")->target, "/?x=1");
  EXPECT_EQ(parse_url("http://[::1]:9090/x")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:9090/x")->text(), "http://[::1]:9090/x");
  EXPECT_EQ(parse_url("http://db/caf\xc3\xa9")->target, "/caf%C3%A9");
}

TEST(Url, ReadsUnixSockets) {
  const Url url = *parse_url("unix:/run/a.sock:/path?x=http://b");
  EXPECT_EQ(url.scheme, "unix");
  EXPECT_EQ(url.host, "/run/a.sock");
  EXPECT_EQ(url.target, "/path?x=http://b");
  EXPECT_EQ(parse_url("unix:///run/a.sock")->host, "/run/a.sock");
  const Url doubled = *parse_url("unix:////a.sock:/x");
  EXPECT_EQ(doubled.host, "/a.sock");
  EXPECT_EQ(parse_url(doubled.text())->host, doubled.host);
  EXPECT_EQ(parse_url("unix:a.sock")->target, "/");
  EXPECT_FALSE(parse_url("unix:"));
  EXPECT_FALSE(parse_url("unix:/a%00b"));
  EXPECT_EQ(parse_url("unix:/a%20b%25:/x")->host, "/a b%");
  EXPECT_EQ(parse_url("unix:/a%20b%25:/x")->text(), "unix:/a%20b%25:/x");
}

TEST(Url, RefusesWhatIsNone) {
  for (const char* text :
       {"", "db", "ftp://db/", "http:/db", "http://", "http://db:0/", "http://db:99999/",
        "http://db:x/", "http://a b/", "http://db/\r\nX: y", "http://[::1/", "http://[db]/",
        "http://d<b/", "http://[::1]x/", "javascript:alert(1)"}) {
    const Result<Url> url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Code::invalid);
  }
}

TEST(Url, NeverRepeatsAPassword) {
  const Result<Url> url = parse_url("http://ana:secret@db:x/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().what.find("secret"), std::string::npos);
}

TEST(UrlEncoding, RoundTrips) {
  std::string all;
  for (int c = 0; c < 256; ++c) { all += static_cast<char>(c); }
  EXPECT_EQ(url_decode(url_encode(all)), all);
  EXPECT_EQ(url_decode("a+b%20c%zz%2"), "a b c%zz%2");
}

TEST(Query, KeepsOrderAndRepeats) {
  const auto query = parse_query("match[]=a&match%5B%5D=b%26c&flag&=x&&last=");
  ASSERT_EQ(query.size(), 5u);
  EXPECT_EQ(query[0], std::pair(std::string("match[]"), std::string("a")));
  EXPECT_EQ(query[1], std::pair(std::string("match[]"), std::string("b&c")));
  EXPECT_EQ(query[2].first, "flag");
  EXPECT_EQ(query[3].second, "x");
  EXPECT_EQ(query[4].first, "last");
}

TEST(Headers, IgnoreCaseAndKeepOrder) {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("accept", "b");
  headers.add("Other", "c");
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_EQ(headers.all("Accept").size(), 2u);
  headers.set("aCCept", "d");
  EXPECT_EQ(headers.all("Accept"), std::vector<std::string_view>{"d"});
  headers.remove("other");
  EXPECT_FALSE(headers.has("Other"));
  EXPECT_EQ(headers.size(), 1u);
}

}  // namespace
}  // namespace vigie::net
