#if defined (__linux__)

#include "tiller/process/OwnThreadPriority.h"
#include "tiller/process/linux/RealtimeKit.h"
#include "tiller/process/linux/RealtimeScheduling.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** Longest run of a real-time thread that RealtimeKit accepts by default, in microseconds. */
    constexpr rlim_t realtimeKitLimit = 200000;

    /**
        RealtimeKit wants a limit for the whole process, beyond which the system ends it. That is the host's decision: one that uses
        the service for its own audio threads has set it.
    */
    bool hostAllowsRealtimeKit()
    {
        rlimit limits {};
        return getrlimit (RLIMIT_RTTIME, &limits) == 0 && limits.rlim_max <= realtimeKitLimit;
    }
}

struct OwnThreadPriority::State
{
    bool isRaised = false;
    bool isRefused = false;
    std::shared_ptr<RealtimeKit> service;
    std::shared_ptr<const RealtimeKit::Request> request;
};

OwnThreadPriority::OwnThreadPriority() : state (std::make_unique<State>()) {}
OwnThreadPriority::~OwnThreadPriority() = default;

bool OwnThreadPriority::setRealtime (bool realtime)
{
    auto& s = *state;

    if (s.request)
    {
        const auto answer = s.request->answer();

        if (answer == RealtimeAnswer::State::pending)
            return false;

        s.isRaised = answer == RealtimeAnswer::State::granted;
        s.isRefused = ! s.isRaised;
        s.request.reset();
    }

    if (realtime == s.isRaised || (realtime && s.isRefused))
        return s.isRaised;

    if (! realtime)
    {
        s.isRaised = ! lowerThread (0);
    }
    else if (raiseThread (0))
    {
        s.isRaised = true;
    }
    else if (hostAllowsRealtimeKit())
    {
        s.service = RealtimeKit::shared();
        s.request = s.service->request (getpid(), static_cast<pid_t> (syscall (SYS_gettid)), realtimePriority);
    }
    else
    {
        s.isRefused = true;
    }

    return s.isRaised;
}

} // namespace tiller

#endif
