#pragma once

#include "tiller/process/Clock.h"

namespace tiller
{

/** What became of a request for the priority of an audio thread. */
struct RealtimeAnswer
{
    enum class State
    {
        pending,    ///< it is being asked for: ask again
        granted,
        refused
    };

    State state = State::refused;
    /** `granted` only: a thread must not compute for longer than this without waiting once, or the system ends its process. */
    Milliseconds longestRun {};
};

} // namespace tiller
