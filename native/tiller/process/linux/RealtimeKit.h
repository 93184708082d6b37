#pragma once

#if defined (__linux__)

#include "tiller/process/RealtimeAnswer.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <sys/types.h>
#include <thread>

namespace tiller
{

/**
    RealtimeKit, the service of desktops that gives real-time priority to threads of users who have no right to it. It is asked over
    D-Bus, whose library is loaded where it is there, in a thread of its own: an answer may take its time. [any-thread] but the
    audio thread
*/
class RealtimeKit
{
public:
    class Request
    {
    public:
        /** What became of it. */
        RealtimeAnswer::State answer() const noexcept { return state.load (std::memory_order_acquire); }

    private:
        friend class RealtimeKit;
        pid_t process = 0, thread = 0;
        int priority = 0;
        std::atomic<RealtimeAnswer::State> state { RealtimeAnswer::State::pending };
    };

    /** The one that all instances in this process share; it exists as long as somebody holds it. */
    static std::shared_ptr<RealtimeKit> shared();

    RealtimeKit();
    ~RealtimeKit();

    /** Asks for SCHED_RR of this priority, 1..20, for a thread of a process of the same user. Returns at once. */
    std::shared_ptr<const Request> request (pid_t process, pid_t thread, int priority);

private:
    void run();

    std::mutex mutex;
    std::condition_variable wake;
    bool quitting = false;
    std::deque<std::shared_ptr<Request>> waiting;
    std::thread worker;
};

} // namespace tiller

#endif
