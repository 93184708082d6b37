#pragma once

#include "tiller/process/Clock.h"

#include <cstdint>
#include <optional>

namespace tiller
{

/**
    When the streaming thread of an engine has the priority of an audio thread: while it plays live and keeps up. Where it does
    not keep up that may be for lack of that priority, so it is tried for a moment now and then. A thread that computes without
    waiting once loses it: the system ends such a process, which would take a processor from everything else. One thread.
*/
class RealtimePolicy
{
public:
    struct Observation
    {
        Clock::time_point now;
        bool live;                              ///< audio flows and has a deadline
        bool keepsUp;                           ///< what was due of late was delivered in time
        std::optional<std::uint64_t> pauses;    ///< how often the thread has waited so far; empty where the system does not tell
        Milliseconds longestRun;                ///< for how long it may compute without waiting
    };

    /** A new engine was started. */
    void restart() noexcept { *this = {}; }

    /** Whether the thread shall have the priority from now on; to be called every `interval`. */
    bool update (const Observation& seen) noexcept
    {
        if (! seen.live)
        {
            nextTrial = {};
            return raised = false;
        }

        if (seen.keepsUp)
            keptUpAt = seen.now;

        if (! seen.pauses || seen.pauses != pausesSeen)
            pausedAt = seen.now;

        pausesSeen = seen.pauses;

        if (! raised)
        {
            raised = seen.now >= barredUntil && (seen.keepsUp || seen.now >= nextTrial);

            if (raised)
                keptUpAt = pausedAt = seen.now;
        }
        else if (seen.now - pausedAt >= seen.longestRun)
        {
            raised = false;
            barredUntil = seen.now + barredTime;
        }
        else if (seen.now - keptUpAt >= trialTime)
        {
            raised = false;
            nextTrial = seen.now + trialInterval;
        }

        return raised;
    }

    static constexpr Milliseconds interval { 40 };
    /** An engine that has not kept up for this long does not do so with the priority either. */
    static constexpr Milliseconds trialTime { 1000 };
    /** Time to the next trial. */
    static constexpr Milliseconds trialInterval { 10000 };
    /** A thread that computed without waiting does not get the priority again before. */
    static constexpr Milliseconds barredTime { 5000 };

private:
    bool raised = false;
    std::optional<std::uint64_t> pausesSeen;
    Clock::time_point keptUpAt {}, pausedAt {}, barredUntil {}, nextTrial {};
};

} // namespace tiller
