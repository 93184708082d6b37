#pragma once

#include "tiller/process/Clock.h"
#include "tiller/process/ThreadActivity.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tiller
{

/**
    How long a thread of the engine has been silent although it could have answered. Counted is the processor time that it used, or
    the time in which it waited for something while nothing in its process ran. An engine that the system does not let run is slow,
    not hung: starting another would take still more time from the rest. One thread.
*/
class Silence
{
public:
    /** The thread is alive. */
    void end() noexcept
    {
        counted = unjudged = {};
        last.reset();
    }

    /** `step` more has passed. `activity` is called every `judgementPeriod` of silence, and not before. */
    template <typename Activity>
    void advance (Clock::duration step, Activity&& activity)
    {
        unjudged += step;

        if (unjudged < judgementPeriod)
            return;

        const ThreadActivity now = activity();
        counted += std::min (judge (now), unjudged);
        unjudged = {};
        last = now;
    }

    Clock::duration duration() const noexcept { return counted; }

private:
    static constexpr Milliseconds judgementPeriod { 50 };

    /** What of the time since the last judgement counts. */
    Clock::duration judge (const ThreadActivity& now) const noexcept
    {
        const auto before = last.value_or (ThreadActivity { now.state, false, now.threadTime, now.processTime });

        switch (now.state)
        {
            case ThreadActivity::State::runnable: return now.threadTime - before.threadTime;
            case ThreadActivity::State::onDisk:   return {};
            case ThreadActivity::State::waiting:  return now.othersRunnable ? now.processTime - before.processTime : unjudged;
            case ThreadActivity::State::stopped:
            case ThreadActivity::State::unknown:  break;
        }

        return unjudged;
    }

    Clock::duration counted {}, unjudged {};
    std::optional<ThreadActivity> last;
};

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
        silence.end();
        mainSilence.end();
        extension = {};
    }

    /** Data arrived: the streaming thread is alive. */
    void feed() noexcept                                    { silence.end(); }

    /** The main thread is alive while its count rises. */
    void feedMain (std::uint32_t count) noexcept
    {
        if (count != mainCount)
            mainSilence.end();

        mainCount = count;
    }

    /** The engine has announced that it will be silent for this much longer than the limits; 0 ends that. */
    void extendLimits (Milliseconds time) noexcept          { extension = time; }

    /**
        Advances the time of the watchdog by no more than `longestStep`, the longest time that the watching thread meant to pass
        before this. The two tell what the threads do.
    */
    template <typename Activity, typename MainActivity>
    void advance (Clock::time_point now, Clock::duration longestStep, Activity&& activity, MainActivity&& mainActivity)
    {
        const auto step = std::min<Clock::duration> (now - lastAdvance, longestStep);
        lastAdvance = now;
        silence.advance (step, activity);
        mainSilence.advance (step, mainActivity);
    }

    /** True where the streaming thread was silent for longer than `limit`. */
    bool hasExpired (Milliseconds limit) const noexcept     { return silence.duration() > limit + extension; }

    /** The same for the main thread. */
    bool mainHasExpired (Milliseconds limit) const noexcept { return mainSilence.duration() > limit + extension; }

private:
    Clock::time_point lastAdvance {};
    Silence silence, mainSilence;
    Milliseconds extension {};
    std::uint32_t mainCount = 0;
};

} // namespace tiller
