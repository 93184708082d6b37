#include "tiller/process/posix/LinuxProcesses.h"

#if defined (TILLER_LINUX_PROCESSES)

#include "tiller/process/linux/RealtimeKit.h"
#include "tiller/process/linux/RealtimeScheduling.h"
#include "tiller/process/posix/ThreadPriorityPosix.h"

#include <map>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** Longest that a real-time thread may compute without waiting once; the kernel ends its process then. */
    constexpr Milliseconds ownLimit { 1000 };
    /** The same where RealtimeKit gives the priority: the most that it allows by default. */
    constexpr Milliseconds realtimeKitLimit { 200 };

    /** A third or half of the limit is left for the time in which that is noticed. */
    constexpr Milliseconds ownLongestRun { 400 }, realtimeKitLongestRun { 100 };

    bool limitRun (pid_t process, Milliseconds limit)
    {
        const auto microseconds = static_cast<rlim_t> (std::chrono::microseconds (limit).count());
        const rlimit limits { microseconds, microseconds };
        return prlimit (process, RLIMIT_RTTIME, &limits, nullptr) == 0;
    }
}

struct ThreadPriority::Requests
{
    std::shared_ptr<RealtimeKit> service;
    std::map<pid_t, std::shared_ptr<const RealtimeKit::Request>> byThread;
};

ThreadPriority::ThreadPriority() : requests (std::make_unique<Requests>()) {}
ThreadPriority::~ThreadPriority() = default;

RealtimeAnswer ThreadPriority::setRealtime (pid_t process, pid_t thread, bool realtime)
{
    using State = RealtimeAnswer::State;

    // The number comes from the process itself, which must not name another's thread.
    if (access (("/proc/" + std::to_string (process) + "/task/" + std::to_string (thread)).c_str(), F_OK) != 0)
        return {};

    const auto known = requests->byThread.find (thread);

    if (! realtime)
    {
        // One that is still to be answered is lowered behind its answer.
        if (known != requests->byThread.end() && known->second->answer() == State::pending)
            return { State::pending, {} };

        requests->byThread.erase (thread);
        return { lowerThread (thread) ? State::granted : State::refused, {} };
    }

    if (known == requests->byThread.end())
    {
        if (! requests->service && limitRun (process, ownLimit) && raiseThread (thread))
            return { State::granted, ownLongestRun };

        // It refuses a process that could compute for longer.
        if (! limitRun (process, realtimeKitLimit))
            return {};

        if (! requests->service)
            requests->service = RealtimeKit::shared();

        requests->byThread[thread] = requests->service->request (process, thread, realtimePriority);
        return { State::pending, {} };
    }

    return { known->second->answer(), realtimeKitLongestRun };
}

} // namespace tiller

#endif
