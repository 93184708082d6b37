#if defined (__APPLE__)

#include "tiller/process/posix/ThreadPriorityPosix.h"

namespace tiller
{

struct ThreadPriority::Requests {};

ThreadPriority::ThreadPriority() = default;
ThreadPriority::~ThreadPriority() = default;

/** A time-constraint policy can be set for threads of one's own process only. */
RealtimeAnswer ThreadPriority::setRealtime (pid_t, pid_t, bool) { return {}; }

} // namespace tiller

#endif
