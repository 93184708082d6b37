#if defined (__APPLE__)

#include "tiller/process/posix/ThreadPriorityPosix.h"

namespace tiller
{

/** A time-constraint policy can be set for threads of one's own process only. */
bool setThreadRealtime (pid_t, pid_t, bool) { return false; }

} // namespace tiller

#endif
