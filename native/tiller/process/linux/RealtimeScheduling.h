#pragma once

#if defined (__linux__)

#include <sched.h>
#include <sys/types.h>

namespace tiller
{

/** Of SCHED_RR, 1..99: below the audio threads of hosts and sound servers, which wait for nobody. */
constexpr int realtimePriority = 5;

/** Gives a thread (0: the one that calls) the priority of audio; false where the user has no right to it. Threads that it starts are ordinary ones. */
inline bool raiseThread (pid_t thread) noexcept
{
    sched_param wanted {};
    wanted.sched_priority = realtimePriority;
    return sched_setscheduler (thread, SCHED_RR | SCHED_RESET_ON_FORK, &wanted) == 0;
}

/** Takes it back. */
inline bool lowerThread (pid_t thread) noexcept
{
    const sched_param ordinary {};
    // That flag cannot be taken back without the right to real-time threads.
    return sched_setscheduler (thread, SCHED_OTHER | SCHED_RESET_ON_FORK, &ordinary) == 0;
}

} // namespace tiller

#endif
