#pragma once

#include "tiller/process/ShortSleep.h"

#include <chrono>

namespace tiller
{

/** The time that the audio thread sees, and how it waits; the tests replace it to control both. */
class StreamClock
{
public:
    virtual ~StreamClock() = default;

    /** Seconds since some fixed moment; never runs backwards. No system call on the supported platforms. [audio-thread] */
    virtual double seconds() const noexcept
    {
        return std::chrono::duration<double> (std::chrono::steady_clock::now().time_since_epoch()).count();
    }

    /** Gives the engine a moment: one step of waiting for it. [audio-thread] only where the host's lead or an offline render allows it */
    virtual void pause() noexcept { sleepShortly(); }

    /** The steady clock of the system. [any-thread] */
    static StreamClock& system() noexcept
    {
        static StreamClock clock;
        return clock;
    }
};

} // namespace tiller
