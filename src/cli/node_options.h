#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "activities/server_link.h"
#include "activities/settings.h"
#include "temporalio/activity/activity.h"
#include "temporalio/bridge/connection.h"

/// What the verbs that run nodes have in common.
namespace weft::cli {

/// `--sandbox bwrap / off`.
void AddSandboxOption(CLI::App& verb, std::string& value);
activities::Settings::Sandbox SandboxOf(const std::string& value);

/// The handlers of the kinds that act, with secrets of this machine. They give up when Temporal cannot be reached.
/// `log` gets what nodes write, by path and attempt; from any thread.
std::map<std::string, temporalio::ActivityHandler> MakeHandlers(
    activities::Settings settings, const std::shared_ptr<temporalio::Connection>& connection,
    std::function<void(const std::string& node, std::string_view line)> log = {});

/// The same for a worker of a server, which gets what nodes write, and is asked for secrets that this machine lacks.
std::map<std::string, temporalio::ActivityHandler> MakeHandlers(
    activities::Settings settings, const std::shared_ptr<temporalio::Connection>& connection,
    const std::shared_ptr<activities::ServerLink>& server);

}  // namespace weft::cli
