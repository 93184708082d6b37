#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tiller
{

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/**
    Knows when the engine has hung. Silence is counted in small steps of the watcher's own time, so that a host that
    was itself stopped (a debugger, a suspended laptop) does not take its engine for dead. [io-thread]
*/
class Heartbeat
{
public:
    void restart (Clock::time_point now) noexcept
    {
        last = now;
        silence = mainSilence = allowance = {};
    }

    /** Something arrived. */
    void heard() noexcept                                   { silence = {}; }

    /** The engine's main thread counts; while it does, it is alive. */
    void beats (std::uint32_t count) noexcept
    {
        if (count != mainBeats)
            mainSilence = {};

        mainBeats = count;
    }

    /** The engine said that it will be silent this long. */
    void allow (Milliseconds time) noexcept                 { allowance = time; }

    /** Moves the clock on. */
    void tick (Clock::time_point now) noexcept
    {
        const auto step = std::min<Clock::duration> (now - last, longestStep);
        last = now;
        silence += step;
        mainSilence += step;
    }

    /** True where the streaming thread was silent for longer than `limit`. */
    bool isHung (Milliseconds limit) const noexcept         { return silence > limit + allowance; }

    bool isMainHung (Milliseconds limit) const noexcept     { return mainSilence > limit + allowance; }

private:
    static constexpr Milliseconds longestStep { 50 };
    Clock::time_point last {};
    Clock::duration silence {}, mainSilence {};
    Milliseconds allowance {};
    std::uint32_t mainBeats = 0;
};

/** How long to wait before the engine is started again: at once after a good run, longer after each failure in a row. One thread. [io-thread] */
class Backoff
{
public:
    /** The engine has ended after running for `ran`. Returns how long to wait. */
    Milliseconds failed (Clock::duration ran) noexcept
    {
        failures = ran >= goodRun ? 1 : failures + 1;
        const int doublings = std::min (failures - 2, 7);
        return failures < 2 ? Milliseconds { 0 } : Milliseconds { 250 << doublings };
    }

    int failuresInARow() const noexcept                     { return failures; }
    void forget() noexcept                                  { failures = 0; }

private:
    static constexpr std::chrono::seconds goodRun { 10 };
    int failures = 0;
};

} // namespace tiller
