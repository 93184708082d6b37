#if defined (__APPLE__)

#include "tiller/process/posix/ThreadActivityPosix.h"

namespace tiller
{

/** Only a debugger may look into another process: the watchdog counts all silence. */
ThreadActivity threadActivity (pid_t, pid_t) { return {}; }

std::optional<std::uint64_t> threadPauses (pid_t, pid_t) { return {}; }

} // namespace tiller

#endif
