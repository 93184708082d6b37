#if defined (__APPLE__)

#include "tiller/process/OwnThreadPriority.h"

#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/thread_policy.h>

namespace tiller
{

namespace
{
    // Of a block of 64 samples at 48 kHz, in nanoseconds: it carries some 10 KB between two pipes.
    constexpr double period = 1.3e6, computation = 0.1e6, constraint = 0.6e6;

    std::uint32_t ticks (double nanoseconds)
    {
        mach_timebase_info_data_t base {};
        mach_timebase_info (&base);
        return static_cast<std::uint32_t> (nanoseconds * base.denom / base.numer);
    }

    template <typename Policy>
    bool set (thread_policy_flavor_t flavour, Policy& policy)
    {
        const auto thread = mach_thread_self();
        const auto result = thread_policy_set (thread, flavour, reinterpret_cast<thread_policy_t> (&policy), sizeof (policy) / sizeof (integer_t));
        mach_port_deallocate (mach_task_self(), thread);
        return result == KERN_SUCCESS;
    }
}

struct OwnThreadPriority::State
{
    bool isRaised = false;
};

OwnThreadPriority::OwnThreadPriority() : state (std::make_unique<State>()) {}
OwnThreadPriority::~OwnThreadPriority() = default;

bool OwnThreadPriority::setRealtime (bool realtime)
{
    if (realtime == state->isRaised)
        return realtime;

    if (realtime)
    {
        thread_time_constraint_policy policy { ticks (period), ticks (computation), ticks (constraint), true };
        state->isRaised = set (THREAD_TIME_CONSTRAINT_POLICY, policy);
    }
    else
    {
        thread_standard_policy policy {};
        state->isRaised = ! set (THREAD_STANDARD_POLICY, policy);
    }

    return state->isRaised;
}

} // namespace tiller

#endif
