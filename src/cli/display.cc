#include "cli/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/clock.h"
#include "base/utf8.h"
#include "cli/output.h"

namespace weft::cli {
namespace {

using expr::Value;
using machine::NodeStatus;
using progress::InstanceView;
using progress::NodeView;

struct Look {
  const char* icon;
  Colour colour;
};

Look LookOf(NodeStatus status) {
  switch (status) {
    case NodeStatus::kPending: return {"○", Colour::kGrey};
    case NodeStatus::kScheduled: return {"◔", Colour::kBlue};
    case NodeStatus::kRunning: return {"●", Colour::kBlue};
    case NodeStatus::kWaiting: return {"◷", Colour::kYellow};
    case NodeStatus::kRetrying: return {"↻", Colour::kYellow};
    case NodeStatus::kSucceeded: return {"✓", Colour::kGreen};
    case NodeStatus::kFailed: return {"✗", Colour::kRed};
    case NodeStatus::kTimedOut: return {"⧖", Colour::kRed};
    case NodeStatus::kSkipped: return {"–", Colour::kGrey};
    case NodeStatus::kCancelled: return {"⊘", Colour::kGrey};
    case NodeStatus::kCompensated: return {"↩", Colour::kYellow};
  }
  return {"○", Colour::kGrey};
}

/// `1.2s`, `340ms`, `3m5s`.
std::string Elapsed(Timestamp from, Timestamp to) {
  const auto span = std::chrono::floor<Duration>(std::max(to - from, Timestamp::duration(0)));
  if (span < Duration(1000)) return std::to_string(span.count()) + "ms";
  if (span < Duration(60'000)) {
    return std::to_string(span.count() / 1000) + "." + std::to_string(span.count() % 1000 / 100) + "s";
  }
  return FormatDuration(std::chrono::floor<std::chrono::seconds>(span));
}

std::string DescribeReason(const Value& reason, Timestamp now) {
  const auto kind = reason.Get("kind").AsString();
  if (kind == "retry") {
    std::string text = "attempt " + reason.Get("attempt").Dump() + " of " + reason.Get("of").Dump();
    if (const auto until = ParseTimestamp(reason.Get("until").StringView()); until && *until > now) {
      text += " in " + Elapsed(now, *until);
    }
    const auto message = reason.Get("message").AsString();
    return message.empty() ? text : text + ": " + message;
  }
  if (reason.Has("message")) return reason.Get("message").AsString();
  if (kind == "queue") return "waits for a worker on queue " + reason.Get("queue").AsString();
  if (kind == "event") {
    std::string text =
        "event " + (reason.Get("type").IsString() ? reason.Get("type").AsString() : reason.Get("type").Dump());
    if (reason.Get("key").IsString()) text += " with key " + reason.Get("key").AsString();
    if (reason.Get("until").IsString()) text += " until " + reason.Get("until").AsString();
    return text;
  }
  std::string text = kind == "approval" ? "an approval" : "";
  if (reason.Get("until").IsString()) text += (text.empty() ? "until " : " until ") + reason.Get("until").AsString();
  return text;
}

std::size_t DepthOf(const std::string& path) { return static_cast<std::size_t>(std::ranges::count(path, '/')); }

/// The first line, cut to so many columns.
std::string Cut(const std::string& text, int columns) {
  auto line = std::string_view(text).substr(0, text.find('\n'));
  std::string out;
  int used = 0;
  while (!line.empty()) {
    const auto before = line;
    const int width = DisplayWidth(TakeCodePoint(line));
    if (used + width > columns) break;
    used += width;
    out.append(before.substr(0, before.size() - line.size()));
  }
  return out;
}

class Lines final : public Display {
 public:
  void Draw(const InstanceView& view) override {
    const auto now = Now();
    std::string out;
    if (std::exchange(status_, view.status) != view.status) {
      out += "weft: " + view.workflow + " " + view.status + " (" + view.id + ")\n";
    }
    for (const auto& node : view.nodes) {
      auto& seen = seen_[node.path];
      std::pair state(node.status, node.attempts);
      if (seen == state) continue;
      seen = state;
      if (node.status == NodeStatus::kPending) continue;
      out += "weft:   " + node.path + " " + DescribeNode(node, now) + "\n";
    }
    PrintError(out);
  }
  void Insert(const std::string& line) override { PrintError(line + "\n"); }

 private:
  std::string status_;
  std::map<std::string, std::pair<NodeStatus, int>> seen_;
};

class Tree final : public Display {
 public:
  void Draw(const InstanceView& view) override {
    const auto now = Now();
    const int width = TerminalWidth(STDERR_FILENO);
    std::vector<std::string> lines;
    lines.push_back(view.workflow + "  " + view.status + "  " + Paint(view.id, Colour::kGrey, true));
    for (const auto& node : view.nodes) lines.push_back(Line(node, now, width));
    const auto room = static_cast<std::size_t>(std::max(4, Height() - 2));
    if (lines.size() > room) {
      // The nodes that move are what matters; the others are in the final document.
      std::erase_if(lines, [&, index = std::size_t{0}](const std::string&) mutable {
        const auto i = index++;
        return i > 0 && IsSettled(view.nodes[i - 1].status);
      });
      if (lines.size() > room) lines.resize(room);
    }
    Print(std::move(lines));
  }
  void Insert(const std::string& line) override {
    PrintError(Erase() + line + "\n");
    Print(std::vector<std::string>(lines_));
  }

 private:
  static int Height() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
  }

  static std::string Line(const NodeView& node, Timestamp now, int width) {
    const auto look = LookOf(node.status);
    const std::string indent(2 * DepthOf(node.path) + 2, ' ');
    const auto text = Cut(node.path + "  " + std::string(dsl::KindName(node.kind)) + "  " + DescribeNode(node, now),
                          width - static_cast<int>(indent.size()) - 3);
    return indent + Paint(look.icon, look.colour, true) + " " + text;
  }

  std::string Erase() {
    const auto drawn = std::exchange(drawn_, 0);
    return drawn == 0 ? std::string() : "\x1b[" + std::to_string(drawn) + "A\r\x1b[J";
  }

  void Print(std::vector<std::string> lines) {
    std::string out;
    if (drawn_ > 0) out += "\x1b[" + std::to_string(drawn_) + "A";
    for (const auto& line : lines) out += "\r\x1b[K" + line + "\n";
    out += "\x1b[J";
    drawn_ = lines.size();
    lines_ = std::move(lines);
    PrintError(out);
  }

  std::vector<std::string> lines_;
  std::size_t drawn_ = 0;
};

}  // namespace

std::string DescribeNode(const NodeView& node, Timestamp now) {
  std::string text(StatusName(node.status));
  if (!node.chosen_case.empty()) text += " (case " + node.chosen_case + ")";
  if (!node.reason.IsNull()) {
    if (const auto reason = DescribeReason(node.reason, now); !reason.empty()) text += ": " + reason;
    return text;
  }
  if (node.status == NodeStatus::kRunning && node.attempts > 1) text += ", attempt " + std::to_string(node.attempts);
  if (node.status == NodeStatus::kRunning) text += ", " + Elapsed(node.started_at, now);
  if (IsSettled(node.status) && node.status != NodeStatus::kSkipped && node.started_at != Timestamp{}) {
    text += " in " + Elapsed(node.started_at, node.ended_at);
  }
  const bool failed = node.status == NodeStatus::kFailed || node.status == NodeStatus::kTimedOut;
  if (failed && node.error) text += ": " + node.error->code + ": " + node.error->message;
  return text;
}

std::string DescribeInstance(const InstanceView& view, Timestamp now) {
  const bool colour = WantsColour(STDOUT_FILENO);
  std::string text = view.workflow + "  " + view.status + "  " + Paint(view.id, Colour::kGrey, colour) + '\n';
  for (const auto& node : view.nodes) {
    const auto look = LookOf(node.status);
    text += std::string(2 * DepthOf(node.path) + 2, ' ') + Paint(look.icon, look.colour, colour) + ' ' + node.path +
            "  " + DescribeNode(node, now) + '\n';
  }
  if (view.error.IsObject()) text += DescribeFailure(view) + '\n';
  return text;
}

std::string DescribeFailure(const InstanceView& view) {
  std::string text = "the run " + (view.status == "timed_out"    ? std::string("timed out")
                                   : view.status == "cancelled"  ? "was cancelled"
                                   : view.status == "terminated" ? "was terminated"
                                                                 : "failed");
  const auto code = view.error.Get("code").AsString();
  if (code.empty()) return text;
  text += ": " + code;
  if (view.error.Get("node").IsString()) {
    text += " at node " + view.error.Get("node").AsString() + " (attempt " + view.error.Get("attempt").Dump() + ")";
  }
  text += ": " + view.error.Get("message").AsString();
  const auto indented = [](std::string_view lines) {
    std::string out;
    while (!lines.empty()) {
      const auto end = lines.find('\n');
      out += "\n  | " + std::string(lines.substr(0, end));
      lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return out;
  };
  const auto data = view.error.Get("data");
  for (const auto* field : {"stderr", "traceback", "body"}) {
    if (data.Get(field).IsString()) text += indented(data.Get(field).StringView());
  }
  const auto cause = view.error.Get("cause");
  if (cause.IsObject())
    text += "\n  caused by " + cause.Get("code").AsString() + ": " + cause.Get("message").AsString();
  return text;
}

void Display::Show(const InstanceView& view) {
  const std::scoped_lock lock(mutex_);
  if (!view.id.empty()) Draw(view);
}

void Display::Say(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  Insert("weft: " + text);
}

void Display::ShowLog(const std::string& node, std::string_view line) {
  const std::scoped_lock lock(mutex_);
  Insert("  " + node + " | " + std::string(line));
}

std::unique_ptr<Display> Display::ForStderr() {
  if (WantsColour(STDERR_FILENO)) return std::make_unique<Tree>();
  return std::make_unique<Lines>();
}

}  // namespace weft::cli
