#pragma once

#include "tiller/process/Clock.h"

#include <algorithm>

namespace tiller
{

/** How long to wait before a failed process is started again: not at all after a long run, longer after each failure in a row. One thread. */
class Backoff
{
public:
    /** The process has failed after running for `ran`. Returns the delay before the next start: 0, 250 ms, doubling up to 32 s. */
    Milliseconds failed (Clock::duration ran) noexcept
    {
        failures = ran >= longRun ? 1 : failures + 1;
        const int doublings = std::min (failures - 2, 7);
        return failures < 2 ? Milliseconds { 0 } : Milliseconds { 250 << doublings };
    }

    int failuresInARow() const noexcept                     { return failures; }

private:
    static constexpr std::chrono::seconds longRun { 10 };
    int failures = 0;
};

} // namespace tiller
