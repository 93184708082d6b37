#pragma once

#include "tiller/process/Clock.h"

#include <algorithm>
#include <cstdint>

namespace tiller
{

/**
    Detects that the engine has hung, separately for its streaming and its main thread. Silence is summed up in short steps of
    the watching thread's own time, so that a host that was itself stopped (a debugger, a suspended laptop) does not time its
    engine out. [io-thread]
*/
class Watchdog
{
public:
    void restart (Clock::time_point now) noexcept
    {
        lastAdvance = now;
        silence = mainSilence = extension = {};
    }

    /** Data arrived: the streaming thread is alive. */
    void feed() noexcept                                    { silence = {}; }

    /** The main thread is alive while its count rises. */
    void feedMain (std::uint32_t count) noexcept
    {
        if (count != mainCount)
            mainSilence = {};

        mainCount = count;
    }

    /** The engine has announced that it will be silent for this much longer than the limits; 0 ends that. */
    void extendLimits (Milliseconds time) noexcept          { extension = time; }

    /** Advances the time of the watchdog; to be called at least every 50 ms. */
    void advance (Clock::time_point now) noexcept
    {
        const auto step = std::min<Clock::duration> (now - lastAdvance, longestStep);
        lastAdvance = now;
        silence += step;
        mainSilence += step;
    }

    /** True where the streaming thread was silent for longer than `limit`. */
    bool hasExpired (Milliseconds limit) const noexcept     { return silence > limit + extension; }

    /** The same for the main thread. */
    bool mainHasExpired (Milliseconds limit) const noexcept { return mainSilence > limit + extension; }

private:
    static constexpr Milliseconds longestStep { 50 };
    Clock::time_point lastAdvance {};
    Clock::duration silence {}, mainSilence {};
    Milliseconds extension {};
    std::uint32_t mainCount = 0;
};

} // namespace tiller
