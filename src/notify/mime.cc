#include "notify/mime.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/encode.h"

namespace weft::notify {
namespace {

constexpr std::size_t kLine = 76;
constexpr std::string_view kBoundary = "weft-alternative-=_";  // `=_` occurs in no base 64 text

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Base 64 in lines.
std::string Wrapped(std::string_view bytes) {
  const auto encoded = Base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kLine) out += encoded.substr(at, kLine) + "\r\n";
  return out;
}

std::string Part(std::string_view type, std::string_view content) {
  return fmt::format("--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                     kBoundary, type, Wrapped(content));
}

std::string DateOf(Timestamp at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at) - day);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

/// `Name <address>` with the name encoded.
std::string MailboxHeader(std::string_view mailbox, std::size_t indent) {
  const auto open = mailbox.rfind('<');
  if (open == std::string_view::npos) return std::string(mailbox);
  auto name = mailbox.substr(0, open);
  while (!name.empty() && (name.back() == ' ' || name.back() == '"')) name.remove_suffix(1);
  while (!name.empty() && (name.front() == ' ' || name.front() == '"')) name.remove_prefix(1);
  const auto address = std::string(mailbox.substr(open));
  if (name.empty()) return address;
  const bool quote = IsPlain(name) && name.find_first_of("()<>[]:;@\\,.\"") != std::string_view::npos;
  if (!quote) return EncodeHeader(name, indent) + ' ' + address;
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return '"' + quoted + "\" " + address;
}

}  // namespace

std::string EncodeHeader(std::string_view text, std::size_t indent) {
  if (IsPlain(text) && !text.contains("=?") && indent + text.size() <= kLine) return std::string(text);
  constexpr std::string_view kStart = "=?UTF-8?B?";
  std::string out;
  while (!text.empty()) {
    const auto room = (kLine - indent - kStart.size() - 2) / 4 * 3;  // `?=` at its end
    auto end = std::min(room, text.size());
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    out += (out.empty() ? "" : "\r\n ") + std::string(kStart) + Base64(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
    indent = 1;
  }
  return out;
}

Result<std::string> AddressOf(std::string_view mailbox) {
  std::string_view address = mailbox;
  if (const auto open = mailbox.rfind('<'); open != std::string_view::npos && mailbox.ends_with('>')) {
    address = mailbox.substr(open + 1, mailbox.size() - open - 2);
  }
  const auto at = address.rfind('@');
  const bool plain = std::ranges::all_of(mailbox, [](char c) { return c != '\r' && c != '\n' && c != '\0'; }) &&
                     std::ranges::all_of(address, [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>'; });
  if (!plain || at == std::string_view::npos || at == 0 || at + 1 == address.size()) {
    return Fail("validation", "`" + std::string(mailbox) +
                                  "` is not a mail address; write name@example.org or Name <name@example.org>");
  }
  return std::string(address);
}

std::string FormatLetter(const Letter& letter) {
  const auto sender = AddressOf(letter.from).value_or(letter.from);
  std::string to;
  for (const auto& mailbox : letter.to) to += (to.empty() ? "" : ",\r\n ") + MailboxHeader(mailbox, 4);
  return fmt::format(
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n{}{}--{}--\r\n",
      MailboxHeader(letter.from, 6), to, EncodeHeader(letter.subject, 9), DateOf(letter.date), letter.id,
      sender.substr(sender.rfind('@') + 1), kBoundary, Part("text/plain", letter.text), Part("text/html", letter.html),
      kBoundary);
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace weft::notify
