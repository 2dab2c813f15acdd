#include "server/histories.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/encode.h"
#include "store/archive.h"
#include "temporalio/client/history.h"

namespace weft::server {
namespace {

using temporal::api::history::v1::History;

/// Marks cursors that count events of an archived history; the others are Temporal's.
constexpr char kCount = '.';

/// Without characters that mean something in a query: clients put cursors back as they are.
std::string CursorOf(std::string_view token) {
  auto text = Base64(token);
  std::erase(text, '=');
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> TokenOf(std::string cursor) {
  std::ranges::replace(cursor, '-', '+');
  std::ranges::replace(cursor, '_', '/');
  cursor.append((4 - cursor.size() % 4) % 4, '=');
  return FromBase64(cursor);
}

Error ToError(const temporalio::Error& error, const std::string& id) {
  using Code = temporalio::Error::Code;
  if (error.code == Code::kNotFound || error.code == Code::kInvalidArgument) {
    return {"not_found", "there is no such run of `" + id + "`, or it is older than what is kept"};
  }
  return {"temporal", error.message};
}

}  // namespace

Result<std::optional<History>> Histories::FromArchive(const std::string& id, const std::string& run) const {
  if (database_ == nullptr) return std::nullopt;
  WEFT_TRY(const auto bytes, database_->Read<std::optional<std::string>>(
                                 [&](store::Transaction& t) { return store::ReadArchivedHistory(t, id, run); }));
  if (!bytes) return std::nullopt;
  History history;
  if (!history.ParseFromString(*bytes)) return Fail("internal", "the archived history of `" + id + "` is damaged");
  return history;
}

Result<void> Histories::Read(const std::string& id, const std::string& run,
                             const std::function<Result<bool>(const Event&)>& take) const {
  WEFT_TRY(const auto archived, FromArchive(id, run));
  if (archived) {
    for (const auto& event : archived->events()) {
      WEFT_TRY(const bool more, take(event));
      if (!more) return {};
    }
    return {};
  }
  temporalio::HistoryReader reader(client_, {id, run});
  while (true) {
    const auto page = reader.Next();
    if (!page) return std::unexpected(ToError(page.error(), id));
    if (!*page) return {};
    for (const auto& event : (*page)->events()) {
      WEFT_TRY(const bool more, take(event));
      if (!more) return {};
    }
  }
}

Result<void> Histories::Fold(progress::Track& track, const std::string& id, const std::string& run,
                             std::optional<std::int64_t> last) const {
  return Read(id, run, [&](const Event& event) -> Result<bool> {
    if (last && event.event_id() > *last) return false;
    const auto fed = track.Feed(event);
    // What another version did is shown as far as this one can follow.
    if (!fed && fed.error().code == "validation") return std::unexpected(fed.error());
    return true;
  });
}

Result<Histories::Page> Histories::ReadPage(const std::string& id, const std::string& run, const std::string& after,
                                            int limit) const {
  Page page;
  if (after.empty() || after.front() == kCount) {
    WEFT_TRY(const auto archived, FromArchive(id, run));
    if (archived) {
      int first = 0;
      if (!after.empty()) std::from_chars(after.data() + 1, after.data() + after.size(), first);
      first = std::clamp(first, 0, archived->events_size());
      const int end = std::min(archived->events_size(), first + limit);
      for (int i = first; i < end; ++i) *page.history.add_events() = archived->events(i);
      if (end < archived->events_size()) page.next = kCount + std::to_string(end);
      return page;
    }
    if (!after.empty()) return Fail("request", "`cursor` belongs to a history that is not there any more");
  }
  const auto token = after.empty() ? std::optional<std::string>("") : TokenOf(after);
  if (!token) return Fail("request", "`cursor` is none that this call has given");
  temporalio::HistoryReader reader(client_, {id, run},
                                   {.follow = false, .close_event_only = false, .page_size = limit, .token = *token});
  auto read = reader.Next();
  if (!read) return std::unexpected(ToError(read.error(), id));
  if (*read) page.history = **std::move(read);
  page.next = CursorOf(reader.token());
  return page;
}

}  // namespace weft::server
