// macOS, and any POSIX system but Linux: nothing is known of the threads of another process, and nothing can be changed.
#include "tiller/process/posix/LinuxProcesses.h"

#if ! defined (_WIN32) && ! defined (TILLER_LINUX_PROCESSES)

#include "tiller/process/posix/ThreadActivityPosix.h"
#include "tiller/process/posix/ThreadPriorityPosix.h"

namespace tiller
{

/** Only a debugger may look into another process: the watchdog counts all silence. */
ThreadActivity threadActivity (pid_t, pid_t) { return {}; }

std::optional<std::uint64_t> threadPauses (pid_t, pid_t) { return {}; }

struct ThreadPriority::Requests {};

ThreadPriority::ThreadPriority() = default;
ThreadPriority::~ThreadPriority() = default;

/** A time-constraint policy can be set for threads of one's own process only. */
RealtimeAnswer ThreadPriority::setRealtime (pid_t, pid_t, bool) { return {}; }

} // namespace tiller

#endif
