#pragma once

#include "tiller/process/Backoff.h"
#include "tiller/process/Clock.h"
#include "tiller/process/StartSlot.h"

#include <memory>
#include <mutex>
#include <string>

namespace tiller
{

/**
    Lets few engines start at a time: a start needs a processor for a third of a second, and sixteen at once would all be late.
    The number holds for all hosts of this user. Where starts fail, all instances in this host wait longer before the next.
    [any-thread] but the audio thread
*/
class StartQueue
{
public:
    /** What all instances in this process share; it exists as long as somebody holds it. */
    static std::shared_ptr<StartQueue> shared();

    /** `folder` as for `StartSlot::tryTake`: at most `places` engines start at once. */
    StartQueue (std::string folder, int places);

    /**
        The permission to start an engine, to be held until it plays; null where others are starting or starts have just failed: to
        be tried again. An engine that has `waited` for too long starts all the same, whatever holds the places.
    */
    std::unique_ptr<StartSlot> tryEnter (Clock::time_point now, Clock::duration waited);

    /** An engine that was permitted to start plays. */
    void succeeded();

    /** It has ended before that. */
    void failed (Clock::time_point now);

private:
    const std::string folder;
    const int places;
    std::mutex mutex;
    // Under `mutex`.
    Backoff backoff;
    Clock::time_point nextStart {};
};

} // namespace tiller
