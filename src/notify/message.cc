#include "notify/message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "base/encode.h"
#include "base/time.h"
#include "base/utf8.h"

namespace weft::notify {
namespace {

using expr::Value;

constexpr std::size_t kTitle = 200;
constexpr std::size_t kText = 2000;
constexpr std::size_t kDetail = 2000;
constexpr std::size_t kDetailLines = 15;

/// An English and a Chinese wording of the same.
struct Words {
  std::string_view en, zh;
  [[nodiscard]] std::string In(Language language) const {
    return std::string(language == Language::kChinese ? zh : en);
  }
};

struct EventWords {
  std::string_view event;
  Words words;
  Message::Tone tone;
};
constexpr std::array kEvents{
    EventWords{"failed", {"failed", "失败"}, Message::Tone::kBad},
    EventWords{"timed_out", {"timed out", "超时"}, Message::Tone::kBad},
    EventWords{"terminated", {"was terminated", "被强制终止"}, Message::Tone::kBad},
    EventWords{"cancelled", {"was cancelled", "已取消"}, Message::Tone::kWarning},
    EventWords{"completed", {"completed", "已完成"}, Message::Tone::kGood},
    EventWords{"recovered", {"recovered", "已恢复"}, Message::Tone::kGood},
    EventWords{"waiting", {"has been waiting", "等待已久"}, Message::Tone::kWarning},
    EventWords{"stuck", {"is stuck", "卡住"}, Message::Tone::kBad},
};

constexpr Words kWorkflow{"Workflow", "工作流"};
constexpr Words kInstance{"Instance", "实例"};
constexpr Words kTrigger{"Trigger", "触发器"};
constexpr Words kNode{"Node", "节点"};
constexpr Words kCode{"Error", "错误码"};
constexpr Words kCause{"Cause", "原因"};
constexpr Words kAttempts{"Attempts", "尝试次数"};
constexpr Words kStarted{"Started", "开始时间"};
constexpr Words kDuration{"Duration", "耗时"};
constexpr Words kWaitsFor{"Waits for", "等待"};
constexpr Words kEvent{"an event", "事件"};
constexpr Words kApproval{"an approval", "审批"};
constexpr Words kWaited{"Waiting for", "已等待"};
constexpr Words kOpen{"Open the instance", "查看实例"};
constexpr Words kTest{"Test message from Weft", "来自 Weft 的测试消息"};
constexpr Words kTestText{"The channel works.", "通知渠道可用。"};

/// Where an error's data holds what a person wants to read first.
struct DetailPlace {
  std::string_view key;
  Words label;
};
constexpr std::array kDetails{DetailPlace{"stderr", {"Last lines of stderr", "stderr 末尾"}},
                              DetailPlace{"traceback", {"Traceback", "调用栈"}},
                              DetailPlace{"body", {"Answer", "响应内容"}}};

std::string TextOf(const Value& value) {
  if (value.IsNull()) return {};
  return value.IsString() ? value.AsString() : value.Dump();
}

/// Without the colours of terminals and other control characters, which no service shows.
std::string Readable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\x1b[")) {
      i += 2;
      while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
    } else if (const char c = text[i]; c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ') {
      out += c;
    }
  }
  return RepairUtf8(out);
}

std::string OneLine(std::string_view text) {
  auto line = Readable(text);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

std::string LastLines(std::string_view all) {
  auto text = Readable(all);
  while (text.ends_with('\n')) text.pop_back();
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kDetailLines && begin > 0; ++lines) {
    const auto newline = text.rfind('\n', begin - 1);
    begin = newline == std::string::npos ? 0 : newline;
  }
  if (begin > 0) ++begin;
  if (text.size() - begin > kDetail) begin = text.size() - kDetail;
  return RepairUtf8(text.substr(begin));
}

std::string Moment(Timestamp at) {
  auto text = FormatTimestamp(at).substr(0, 19);
  std::ranges::replace(text, 'T', ' ');
  return text + " UTC";
}

std::string Length(Duration length) {
  using std::chrono::seconds;
  if (length >= seconds(10)) length = std::chrono::floor<seconds>(length);
  return FormatDuration(length);
}

class Builder {
 public:
  Builder(const Value& content, Language language) : content_(content) { message_.language = language; }

  Message Build(std::string_view base_url) && {
    SayTitle();
    Add(kWorkflow, WorkflowName());
    Add(kInstance, TextOf(content_.Get("instance")));
    Add(kTrigger, TriggerName());
    Add(kNode, TextOf(content_.Get("node")));
    const auto error = content_.Get("error");
    if (error.IsObject()) {
      Add(kCode, TextOf(error.Get("code")));
      SayCause(error.Get("cause"));
      SayDetail(error.Get("data"));
    }
    if (const auto attempts = content_.Get("attempts").AsInteger(); attempts > 0) {
      Add(kAttempts, std::to_string(attempts));
    }
    SayWait(content_.Get("reason"));
    SayTimes();
    auto payload = content_;
    payload.Set("link", Value());
    if (const auto instance = TextOf(content_.Get("instance")); !base_url.empty() && !instance.empty()) {
      message_.link = {kOpen.In(message_.language), std::string(base_url) + "/instances/" + PercentEncode(instance)};
      payload.Set("link", Value(message_.link.value));
    }
    message_.payload = payload.Dump();
    return std::move(message_);
  }

 private:
  void Add(const Words& label, std::string_view value) {
    if (value.empty()) return;
    message_.fields.push_back({label.In(message_.language), Shortened(OneLine(value), kTitle)});
  }

  void SayTitle() {
    const auto event = content_.Get("event").AsString();
    const auto language = message_.language;
    std::string title = TextOf(content_.Get("title"));
    message_.text = TextOf(content_.Get("text"));
    if (event == "test") {
      message_.tone = Message::Tone::kGood;
      title = kTest.In(language);
      message_.text = kTestText.In(language);
    }
    if (const auto* known = std::ranges::find(kEvents, event, &EventWords::event); known != kEvents.end()) {
      message_.tone = known->tone;
      title = TextOf(content_.Get("workflow")) + ' ' + known->words.In(language);
      message_.text = TextOf(content_.Get("error").Get("message"));
    }
    if (title.empty()) title = TextOf(content_.Get("workflow"));
    message_.title = Shortened(OneLine(title), kTitle);
    message_.text = Shortened(Readable(message_.text), kText);
  }

  [[nodiscard]] std::string WorkflowName() const {
    auto name = TextOf(content_.Get("workflow"));
    if (name.empty()) return name;
    if (const auto ns = TextOf(content_.Get("namespace")); !ns.empty() && ns != "default") name = ns + '/' + name;
    if (const auto revision = content_.Get("revision").AsInteger(); revision > 0) {
      name += " (r" + std::to_string(revision) + ')';
    }
    return name;
  }

  [[nodiscard]] std::string TriggerName() const {
    const auto trigger = content_.Get("trigger");
    const auto id = TextOf(trigger.Get("id"));
    return TextOf(trigger.Get("kind")) + (id.empty() ? "" : ' ' + id);
  }

  /// The innermost cause says what happened; those around it only who passed it on.
  void SayCause(Value cause) {
    while (cause.Get("cause").IsObject()) cause = cause.Get("cause");
    const auto said = cause.IsObject() ? TextOf(cause.Get("message")) : TextOf(cause);
    if (said != message_.text) Add(kCause, said);
  }

  void SayDetail(const Value& data) {
    for (const auto& place : kDetails) {
      const auto text = TextOf(data.Get(place.key));
      if (text.empty()) continue;
      message_.detail = {place.label.In(message_.language), LastLines(text)};
      return;
    }
  }

  void SayWait(const Value& reason) {
    if (!reason.IsObject()) return;
    const auto& kind = reason.Get("kind").StringView() == "approval" ? kApproval : kEvent;
    Add(kWaitsFor, kind.In(message_.language));
    Add(kWaited, TextOf(content_.Get("waited")));
  }

  void SayTimes() {
    const auto started = ParseTimestamp(content_.Get("startedAt").StringView());
    if (!started) return;
    Add(kStarted, Moment(*started));
    const auto ended = ParseTimestamp(content_.Get("endedAt").StringView());
    if (!ended) return;
    Add(kDuration, Length(std::chrono::floor<Duration>(*ended - *started)));
  }

  const Value& content_;
  Message message_;
};

}  // namespace

Language LanguageOf(std::string_view name) { return name == "zh" ? Language::kChinese : Language::kEnglish; }

Message MakeMessage(const Value& content, Language language, std::string_view base_url) {
  return Builder(content, language).Build(base_url);
}

std::string Shortened(std::string_view text, std::size_t bytes) {
  constexpr std::string_view kEllipsis = "…";
  if (text.size() <= bytes) return std::string(text);
  auto end = bytes < kEllipsis.size() ? 0 : bytes - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

}  // namespace weft::notify
