#if defined (__linux__)

#include "tiller/process/posix/ThreadPriorityPosix.h"

#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** Of SCHED_RR, 1..99: below the audio threads of hosts and sound servers, which wait for nobody. */
    constexpr int enginePriority = 5;
    /** Longest that a real-time thread may compute without waiting once; the kernel ends its process then. */
    constexpr rlim_t longestRunMicroseconds = 1000000;
}

bool setThreadRealtime (pid_t process, pid_t thread, bool realtime)
{
    // The number comes from the process itself, which must not name another's thread.
    if (access (("/proc/" + std::to_string (process) + "/task/" + std::to_string (thread)).c_str(), F_OK) != 0)
        return false;

    if (! realtime)
    {
        const sched_param normal {};
        return sched_setscheduler (thread, SCHED_OTHER, &normal) == 0;
    }

    const rlimit limit { longestRunMicroseconds, longestRunMicroseconds };

    if (prlimit (process, RLIMIT_RTTIME, &limit, nullptr) != 0)
        return false;

    sched_param wanted {};
    wanted.sched_priority = enginePriority;
    // Threads that it starts are ordinary ones.
    return sched_setscheduler (thread, SCHED_RR | SCHED_RESET_ON_FORK, &wanted) == 0;
}

} // namespace tiller

#endif
