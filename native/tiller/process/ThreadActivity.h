#pragma once

#include <chrono>

namespace tiller
{

/** What a thread of a child process does, as far as the system tells. */
struct ThreadActivity
{
    enum class State
    {
        unknown,
        runnable,       ///< it computes, or waits for a processor
        waiting,        ///< for an event
        onDisk,         ///< it waits for a disk, or for memory
        stopped
    };

    State state = State::unknown;
    bool othersRunnable = false;                    ///< `waiting` only: another thread of the process is runnable or waits for a disk
    std::chrono::nanoseconds threadTime {}, processTime {};     ///< processor time used so far, to 10 ms
};

} // namespace tiller
