#pragma once

#include "tiller/engine/EngineSnapshot.h"
#include "tiller/engine/RealtimePolicy.h"
#include "tiller/process/ChildProcess.h"

#include <cstdint>
#include <vector>

namespace tiller
{

/**
    Gives the threads of an engine that a block passes through the priority of audio threads, by `RealtimePolicy`: the streaming
    thread, and those of models, for which it waits. [io-thread]
*/
class ThreadPriorities
{
public:
    /** A new engine was started; its streaming thread is not known yet. */
    void restart() noexcept;

    /** Number of the streaming thread in the system; 0 where it is not known. */
    void setStreamThread (std::uint32_t thread) noexcept { stream = { thread, false }; }

    /** A model runs in this thread. */
    void addModelThread (std::uint32_t thread);

    /** To be called at least every `RealtimePolicy::interval` while the engine runs. Returns the streaming thread's priority. */
    EnginePriority update (ChildProcess&, Clock::time_point now, bool live, bool keepsUp);

private:
    struct Thread
    {
        std::uint32_t number = 0;
        bool isRaised = false;
    };

    static RealtimeAnswer::State apply (ChildProcess&, Thread&, bool raised, Milliseconds& longestRun);

    RealtimePolicy policy;
    Thread stream;
    std::vector<Thread> models;
    Milliseconds longestRun { 0 };
    Clock::time_point nextUpdate {};
    bool isRefused = false;         ///< the system does not raise this engine's streaming thread
};

} // namespace tiller
