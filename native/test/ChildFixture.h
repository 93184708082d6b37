#pragma once

#include "TestSuite.h"

#include "tiller/process/ChildProcess.h"

#include <memory>
#include <string>

namespace tiller::test
{

inline std::unique_ptr<ChildProcess> start (const CommandLine& command)
{
    std::string error;
    auto child = ChildProcess::start (command, ChildProcess::OnHostDeath::survive, error);
    CHECK (child != nullptr, error);
    return child;
}

inline bool hasClosed (ChildProcess& child)
{
    return eventually (patience, [&] { return child.wait (false, 1000) == ChildProcess::Readiness::closed; });
}

} // namespace tiller::test
