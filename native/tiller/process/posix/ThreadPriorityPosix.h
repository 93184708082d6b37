#pragma once

#if ! defined (_WIN32)

#include <sys/types.h>

namespace tiller
{

/** See `ChildProcess::setRealtime`; false as well where `thread` is none of the process. [any-thread] but the audio thread */
bool setThreadRealtime (pid_t process, pid_t thread, bool realtime);

} // namespace tiller

#endif
