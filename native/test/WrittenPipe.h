#pragma once

#include "tiller/ipc/Messages.h"
#include "tiller/process/ChildProcess.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace tiller::test
{

/** In place of an engine: takes everything that is written to it, for a test to parse. */
struct WrittenPipe final : ChildProcess
{
    Readiness wait (bool, std::uint32_t, WakeSignal*) override          { return Readiness::timeout; }
    std::ptrdiff_t read (std::uint8_t*, std::size_t) override           { return 0; }
    ThreadActivity activity (std::uint32_t) const override              { return {}; }
    RealtimeAnswer setRealtime (std::uint32_t, bool) override           { return {}; }
    std::optional<std::uint64_t> pauses (std::uint32_t) const override  { return {}; }
    std::string terminate() override                                    { return {}; }
    const std::string& stderrTail() override                            { return nothing; }

    std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override
    {
        const auto taken = std::min (count, parser.freeBytes());
        std::memcpy (parser.space(), source, taken);
        parser.arrived (taken);
        return static_cast<std::ptrdiff_t> (taken);
    }

    MessageParser parser;
    std::string nothing;
};

} // namespace tiller::test
