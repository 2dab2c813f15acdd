#include "notify/settings.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "notify/mime.h"

namespace weft::notify {
namespace {

using expr::Value;
using Shape = Setting::Shape;

constexpr std::string_view kHidden = "…";
constexpr std::size_t kShortestMasked = 6;

std::unexpected<Error> Wrong(const Setting& setting, std::string_view what) {
  return Fail("validation", "`" + std::string(setting.name) + "` must be " + std::string(what));
}

bool IsLine(const Value& value) {
  return value.IsString() && !value.StringView().empty() &&
         std::ranges::all_of(value.StringView(), [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
}

Result<void> CheckHeaders(const Setting& setting, const Value& value) {
  if (!value.IsObject()) return Wrong(setting, "an object of texts");
  for (const auto& name : value.Keys()) {
    if (!IsHttpToken(name) || !IsLine(value.Get(name))) {
      return Wrong(setting, "an object of texts; `" + name + "` is not a header on one line");
    }
  }
  return {};
}

Result<void> CheckShape(const Setting& setting, const Value& value) {
  switch (setting.shape) {
    case Shape::kText:
      // A certificate has several lines.
      if (!value.IsString() || value.StringView().contains('\0')) return Wrong(setting, "a text");
      break;
    case Shape::kUrl: {
      const auto url = value.StringView();
      const auto host = url.find("://");
      if (!IsLine(value) || !(url.starts_with("https://") || url.starts_with("http://")) || host + 3 >= url.size() ||
          url.contains(' ')) {
        return Wrong(setting, "an address that begins with https:// or http://");
      }
      break;
    }
    case Shape::kTexts: {
      const auto list = value.IsString() ? Value::Array({value}) : value;
      if (list.size() == 0 || !list.IsArray()) return Wrong(setting, "a mail address or a list of them");
      for (std::size_t i = 0; i < list.size(); ++i) WEFT_TRY_VOID(AddressOf(list.At(i).StringView()));
      break;
    }
    case Shape::kHeaders: return CheckHeaders(setting, value);
    case Shape::kPort:
      if (!value.IsNumber() || value.AsInteger() < 1 || value.AsInteger() > 65535) {
        return Wrong(setting, "a number from 1 to 65535");
      }
      break;
    case Shape::kSecurity:
      if (constexpr std::array kNames{"starttls", "tls", "none"};
          std::ranges::find(kNames, value.StringView()) == kNames.end()) {
        return Wrong(setting, "`starttls`, `tls` or `none`");
      }
      break;
  }
  return {};
}

/// Scheme and host; of an address that is no secret the path too.
std::string Shown(const Setting& setting, std::string_view url) {
  const auto begin = url.find("://") + 3;
  auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto user = url.substr(begin, end - begin).rfind('@');
  std::string shown(url.substr(0, begin));
  shown += url.substr(user == std::string_view::npos ? begin : begin + user + 1,
                      end - (user == std::string_view::npos ? begin : begin + user + 1));
  if (setting.secret) return shown + "/" + std::string(kHidden);
  const auto query = std::min(url.find_first_of("?#", end), url.size());
  shown += url.substr(end, query - end);
  if (query < url.size()) shown += "?" + std::string(kHidden);
  return shown;
}

bool IsAsShown(const Setting& setting, const Value& given, const Value& before) {
  return setting.shape == Shape::kUrl && before.IsString() && given.IsString() &&
         given.StringView() == Shown(setting, before.StringView());
}

void Mask(std::string& text, std::string_view secret) {
  if (secret.size() < kShortestMasked) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3) {
    text.replace(at, secret.size(), "***");
  }
}

Result<void> CheckTogether(const Kind& kind, const Value& settings) {
  if (kind.name != "email") return {};
  if (settings.Get("security").StringView() == "none" && settings.Has("password")) {
    return Fail("validation", "a password is never sent in the clear; set `security` to `starttls` or `tls`");
  }
  WEFT_TRY_VOID(AddressOf(settings.Get("from").StringView()));
  for (const auto* name : {"host", "username", "password", "from"}) {
    if (settings.Has(name) && !IsLine(settings.Get(name))) {
      return Fail("validation", "`" + std::string(name) + "` must be one line of text");
    }
  }
  return {};
}

}  // namespace

bool IsRuleEvent(std::string_view event) {
  constexpr std::array kEvents{"failed", "timed_out", "terminated", "cancelled", "completed", "recovered", "stuck"};
  return std::ranges::find(kEvents, event) != kEvents.end();
}

Result<Value> CheckSettings(const Kind& kind, const Value& given, const Value& before) {
  if (!given.IsObject()) return Fail("validation", "`config` must be an object");
  for (const auto& name : given.Keys()) {
    if (std::ranges::find(kind.settings, name, &Setting::name) != kind.settings.end()) continue;
    std::string known;
    for (const auto& setting : kind.settings) known += (known.empty() ? "" : ", ") + std::string(setting.name);
    return Fail("validation",
                "a channel of kind `" + std::string(kind.name) + "` has no `" + name + "`; it has " + known);
  }
  auto settings = Value::EmptyObject();
  for (const auto& setting : kind.settings) {
    auto value = given.Get(setting.name);
    const auto old = before.Get(setting.name);
    if ((setting.secret && !given.Has(setting.name)) || IsAsShown(setting, value, old)) value = old;
    if (value.IsNull()) {
      if (setting.required) return Fail("validation", "`config` needs `" + std::string(setting.name) + "`");
      continue;
    }
    WEFT_TRY_VOID(CheckShape(setting, value));
    settings.Set(setting.name, std::move(value));
  }
  WEFT_TRY_VOID(CheckTogether(kind, settings));
  return settings;
}

Value ViewOfSettings(const Kind& kind, const Value& settings, std::vector<std::string>& secrets) {
  auto view = Value::EmptyObject();
  for (const auto& setting : kind.settings) {
    if (!settings.Has(setting.name)) continue;
    const auto value = settings.Get(setting.name);
    if (setting.secret) secrets.emplace_back(setting.name);
    if (setting.shape == Shape::kUrl) {
      view.Set(setting.name, Value(Shown(setting, value.StringView())));
    } else if (!setting.secret) {
      view.Set(setting.name, value);
    }
  }
  return view;
}

std::string WithoutSecrets(const Kind& kind, const Value& settings, std::string text) {
  for (const auto& setting : kind.settings) {
    const auto value = settings.Get(setting.name);
    if (setting.shape == Shape::kUrl) {
      const auto url = value.AsString();
      Mask(text, url);
      // Servers name what they were asked for without its host.
      const auto path = url.find('/', std::min(url.find("://") + 3, url.size()));
      if (path != std::string::npos && (setting.secret || url.contains('?'))) Mask(text, url.substr(path));
      if (const auto query = url.find('='); query != std::string::npos) Mask(text, url.substr(query + 1));
    } else if (setting.secret) {
      Mask(text, value.StringView());
      value.ForEachField([&](std::string_view, const Value& part) { Mask(text, part.StringView()); });
    }
  }
  return text;
}

}  // namespace weft::notify
