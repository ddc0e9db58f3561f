#include <gtest/gtest.h>
#include <snappy.h>

#include <cstring>

#include "api/api.h"
#include "api/names.h"
#include "api/now.h"
#include "api/remote_write.h"
#include "api/router.h"
#include "api/rule_filter.h"
#include "api/sessions.h"
#include "base/disk.h"
#include "base/testing/faulty_disk.h"

namespace vigie::api {
namespace {

TEST(Router, NamesPartsAndRests) {
  std::map<std::string, std::string, std::less<>> params;
  EXPECT_TRUE(fits("/api/incidents/{id}/{act}", "/api/incidents/12/ack", params));
  EXPECT_EQ(params["id"], "12");
  EXPECT_EQ(params["act"], "ack");
  params.clear();
  EXPECT_FALSE(fits("/api/incidents/{id}", "/api/incidents/12/ack", params));
  EXPECT_FALSE(fits("/api/incidents/{id}", "/api/incidents/", params));
  EXPECT_TRUE(fits("/hooks/{fleet}/{device}", "/hooks/g%77/a%2Fb+c", params));
  EXPECT_EQ(params["fleet"], "gw");
  EXPECT_EQ(params["device"], "a/b+c");
  EXPECT_EQ(sent_path({.raw_target = "http://h:1/a%2Fb?x=/#y"}), "/a%2Fb");
  EXPECT_EQ(sent_path({.raw_target = "/a?x"}), "/a");
  EXPECT_EQ(sent_path({.raw_target = "https://h"}), "/");
  EXPECT_TRUE(fits("/{rest...}", "/a/b.js", params));
  EXPECT_EQ(params["rest"], "a/b.js");
}

TEST(Sessions, ALinkWorksOnceAndOnlyForAnHour) {
  const std::string path = testing::TempDir() + "/vigie-sessions-test.json";
  ::unlink(path.c_str());
  const WallTime now = wall_from_millis(1'000'000);
  Sessions sessions(path);
  ASSERT_TRUE(sessions.load(now));
  const std::string token = sessions.one_time_token("ana", now);
  const auto opened = sessions.open(token, now);
  ASSERT_TRUE(opened);
  EXPECT_EQ(sessions.person(*opened, now), "ana");
  EXPECT_EQ(sessions.open(token, now).error().code, Code::denied);
  const std::string late = sessions.one_time_token("ana", now);
  EXPECT_FALSE(sessions.open(late, now + 1h));

  // A restart keeps sessions, by hash only.
  Sessions again(path);
  ASSERT_TRUE(again.load(now));
  EXPECT_EQ(again.person(*opened, now), "ana");
  EXPECT_EQ(again.person(hash_of(*opened), now), std::nullopt);
  EXPECT_EQ(again.person(*opened, now + Sessions::kSessionLength), std::nullopt);
}

TEST(Sessions, WhoIsPagedBecauseTheDiskIsFullGetsIn) {
  FaultyDisk disk(real_disk());
  disk.full_after(0);
  const WallTime now = wall_from_millis(1'000'000);
  Sessions sessions(testing::TempDir() + "/vigie-sessions-full.json", disk);
  const auto opened = sessions.open(sessions.one_time_token("ana", now), now);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(sessions.person(*opened, now), "ana");
}

TEST(Sessions, ADamagedFileIsPutAside) {
  const std::string path = testing::TempDir() + "/vigie-sessions-damaged.json";
  ASSERT_TRUE(real_disk().write_file_atomic(path, "{]", 0600));
  Sessions sessions(path);
  const Status loaded = sessions.load(wall_from_millis(1'000'000));
  EXPECT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(*real_disk().read_file(path + ".damaged", 10), "{]");
  ASSERT_TRUE(real_disk().remove(path + ".damaged"));
}

TEST(Sessions, FindsItsCookieAmongOthers) {
  EXPECT_EQ(cookie_in("a=1; vigie_session=xyz; b=2", "vigie_session"), "xyz");
  EXPECT_EQ(cookie_in("not_vigie_session=xyz", "vigie_session"), "");
}

void put_bytes(std::string& out, uint8_t tag, std::string_view bytes) {
  out += static_cast<char>(tag);
  out += static_cast<char>(bytes.size());
  out += bytes;
}

std::string write_request(double value, std::string_view name = "up") {
  std::string label;
  put_bytes(label, 0x0a, "__name__");
  put_bytes(label, 0x12, name);
  std::string sample = "\x09";
  sample.append(reinterpret_cast<const char*>(&value), 8);
  sample += "\x10\xe8\x07";  // 1000 ms
  std::string series;
  put_bytes(series, 0x0a, label);
  put_bytes(series, 0x12, sample);
  std::string request;
  put_bytes(request, 0x0a, series);
  return request;
}

std::string packed(const std::string& bytes) {
  std::string out;
  snappy::Compress(bytes.data(), bytes.size(), &out);
  return out;
}

TEST(RemoteWrite, ReadsSeriesAndSamples) {
  const auto batch =
      read_remote_write("snappy", "application/x-protobuf", packed(write_request(1.5)));
  ASSERT_TRUE(batch) << batch.error().what;
  ASSERT_EQ(batch->samples.size(), 1u);
  EXPECT_EQ(batch->samples[0].labels.text(), "up");
  EXPECT_EQ(batch->samples[0].value, 1.5);
  EXPECT_EQ(batch->samples[0].at, wall_from_millis(1'000));
  EXPECT_EQ(batch->series_refused, 0u);
}

TEST(RemoteWrite, OneBadSeriesTakesNoOtherWithIt) {
  std::string nameless = write_request(2);
  nameless.replace(nameless.find("__name__"), 8, "some_one");
  const auto batch = read_remote_write(
      "snappy", "", packed(write_request(1) + nameless + nameless + write_request(3)));
  ASSERT_TRUE(batch) << batch.error().what;
  ASSERT_EQ(batch->samples.size(), 2u);
  EXPECT_EQ(batch->samples[1].value, 3);
  EXPECT_EQ(batch->samples[1].labels.text(), "up");
  EXPECT_EQ(batch->series_refused, 2u);
  EXPECT_EQ(batch->samples_refused, 2u);
  EXPECT_EQ(batch->why, "a series without a name: {some_one=\"up\"}");
}

TEST(RemoteWrite, LeavesOutLabelsThatAreTwiceOrNotUtf8) {
  std::string twice = write_request(2);
  const std::string label = twice.substr(2, 16);
  twice.insert(2, label);
  twice[1] = static_cast<char>(twice[1] + static_cast<char>(label.size()));
  const auto batch =
      read_remote_write("snappy", "", packed(write_request(1, "u\xff") + twice + write_request(3)));
  ASSERT_TRUE(batch) << batch.error().what;
  ASSERT_EQ(batch->samples.size(), 1u);
  EXPECT_EQ(batch->series_refused, 2u);
  EXPECT_EQ(batch->samples_refused, 2u);
  EXPECT_NE(batch->why.find("is not UTF-8"), std::string::npos) << batch->why;
}

TEST(RemoteWrite, RefusesWhatItCannotRead) {
  EXPECT_EQ(read_remote_write("gzip", "", "x").error().code, Code::conflict);
  EXPECT_EQ(read_remote_write("snappy", "", "not snappy").error().code, Code::invalid);
  std::string torn = write_request(1);
  torn.pop_back();
  EXPECT_EQ(read_remote_write("snappy", "", packed(torn)).error().code, Code::invalid);
  const auto v2 = read_remote_write(
      "snappy", "application/x-protobuf;proto=io.prometheus.write.v2.Request", "");
  EXPECT_EQ(v2.error().code, Code::conflict);
}

std::string filtered(net::HttpRequest request) {
  auto data = parse_json(R"({"groups":[
    {"name":"g","file":"a.yml","rules":[{"name":"Down","type":"alerting"},
                                        {"name":"job:up","type":"recording"}]},
    {"name":"h","file":"b.yml","rules":[{"name":"Down","type":"alerting"}]}]})");
  const auto filter = RuleFilter::read(request);
  if (!filter) { return filter.error().what; }
  filter->apply(data->get_object());
  std::string out;
  for (const json::value& group : data->at("groups").as_array()) {
    out += std::string(group.at("name").as_string()) + ":";
    for (const json::value& rule : group.at("rules").as_array()) {
      out += " " + std::string(rule.at("name").as_string());
    }
    out += ";";
  }
  return out;
}

TEST(RuleFilter, LeavesWhatWasAskedFor) {
  EXPECT_EQ(filtered({}), "g: Down job:up;h: Down;");
  EXPECT_EQ(filtered({.query = {{"type", "record"}}}), "g: job:up;");
  EXPECT_EQ(filtered({.query = {{"type", "alert"}, {"file[]", "b.yml"}}}), "h: Down;");
  EXPECT_EQ(filtered({.query = {{"rule_name[]", "job:up"}, {"rule_name[]", "x"}}}), "g: job:up;");
  EXPECT_EQ(filtered({.query = {{"rule_group[]", "h"}, {"rule_group[]", "g"}}}),
            "g: Down job:up;h: Down;");
  EXPECT_EQ(filtered({.query = {{"type", "alerts"}}}),
            "invalid parameter \"type\": not supported value \"alerts\": alert or record");
}

TEST(Sentence, SaysTheWorldInOneLine) {
  json::object now;
  now["incidents"] = json::array();
  now["services"] = json::array{json::object{{"name", "a"}, {"health", "healthy"}}};
  now["chains"] = json::array{json::object{{"name", "c"}, {"state", "ok"}}};
  EXPECT_EQ(sentence_of(now).text, "All is well: 1 service, 1 chain, nobody is being paged.");
  now["services"].get_array()[0].get_object()["health"] = "unhealthy";
  EXPECT_EQ(sentence_of(now).mood, "warn");
  now["incidents"] = json::array{json::object{{"title", "heartbeat: datajs passes nothing on"},
                                              {"state", "open"},
                                              {"owner", nullptr},
                                              {"next", json::object{{"what", "ben is mailed"}}}}};
  EXPECT_EQ(sentence_of(now).text, "heartbeat: datajs passes nothing on; next: ben is mailed.");
  EXPECT_EQ(sentence_of(now).mood, "bad");
  json::object& incident = now["incidents"].get_array()[0].get_object();
  incident["owner"] = "ana";
  incident["owner_name"] = "Ana";
  EXPECT_EQ(sentence_of(now).text, "heartbeat: datajs passes nothing on; Ana has it.");
}

json::object open_one(int64_t id, const char* severity, const char* owner, const char* pages_at) {
  json::object out{{"id", id}, {"title", "Case"}, {"state", "open"}, {"severity", severity}};
  if (*owner != '\0') { out["owner"] = owner; }
  if (*pages_at != '\0') {
    out["next"] = json::object{{"at", pages_at}, {"what", "ben is mailed"}};
  }
  return out;
}

TEST(Sentence, IsAboutTheIncidentThatNeedsSomebodyMost) {
  const json::array severities{json::object{{"word", "critical"}, {"rank", 4}},
                               json::object{{"word", "warning"}, {"rank", 2}}};
  json::array incidents{open_one(9, "critical", "ana", "2026-11-21T07:00:00Z"),
                        open_one(4, "warning", "", ""),
                        open_one(5, "critical", "", ""),
                        open_one(6, "warning", "", "2026-11-21T07:05:00Z"),
                        open_one(7, "warning", "", "2026-11-21T07:02:00Z"),
                        open_one(8, "warning", "", "")};
  order_by_need(incidents, severities);
  std::vector<int64_t> order;
  for (const json::value& item : incidents) { order.push_back(get_int(item.get_object(), "id")); }
  EXPECT_EQ(order, (std::vector<int64_t>{7, 6, 5, 8, 4, 9}));
  const json::object now{{"incidents", incidents}};
  EXPECT_EQ(sentence_of(now).text,
            "6 open incidents; nobody has #7 \"Case\" yet, next: ben is mailed.");
  const json::object held{{"incidents", json::array{open_one(9, "critical", "Ana", ""),
                                                    open_one(8, "critical", "Ben", "")}}};
  EXPECT_EQ(sentence_of(held).text,
            "2 open incidents, all in somebody's hands; Ana has #9 \"Case\".");
}

TEST(Names, SaysWhichOneMayHaveBeenMeant) {
  EXPECT_EQ(no_such("team", "cor", {"core", "system"}),
            "there is no team \"cor\" (did you mean \"core\"?)");
  EXPECT_EQ(no_such("team", "nosuch", {"core"}), "there is no team \"nosuch\"");
}

std::string wrong_with_listen(const char* address, bool tls) {
  std::vector<config::Node::Entry> entries{
      {config::Node::scalar("listen"),
       config::Node::scalar(address, false, {.file = "vigie.yml", .line = 3, .column = 9})}};
  if (tls) { entries.push_back({config::Node::scalar("tls"), config::Node::map({})}); }
  config::Problems problems;
  check_book(config::Node::map(std::move(entries)), problems);
  return problems.text();
}

TEST(Book, AnAddressBeyondLoopbackNeedsTls) {
  const std::string wrong = wrong_with_listen("0.0.0.0:9898", false);
  EXPECT_TRUE(wrong.starts_with("vigie.yml:3:9: \"listen\" is 0.0.0.0:9898, beyond this machine"))
      << wrong;
  EXPECT_NE(wrong_with_listen(":9898", false), "");
  EXPECT_EQ(wrong_with_listen("0.0.0.0:9898", true), "");
  EXPECT_EQ(wrong_with_listen("127.0.0.1:9898", false), "");
  EXPECT_EQ(wrong_with_listen("[::1]:9898", false), "");
  EXPECT_EQ(wrong_with_listen("nonsense", false), "") << "config says that it is no address";
}

TEST(ErrorReply, CarriesCodeMessageAndField) {
  const net::HttpReply reply = error_reply(error(Code::not_found, "no \"x\""), "id");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, R"({"error":{"code":"not_found","message":"no \"x\"","field":"id"}})");
}

}  // namespace
}  // namespace vigie::api
