#pragma once

#if ! defined (_WIN32)

#include "tiller/process/ThreadActivity.h"

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace tiller
{

/** What thread `thread` of process `process` does; unknown where the system does not tell. [any-thread] but the audio thread */
ThreadActivity threadActivity (pid_t process, pid_t thread);

/** How often this thread has waited for something; empty where the system does not tell. [any-thread] but the audio thread */
std::optional<std::uint64_t> threadPauses (pid_t process, pid_t thread);

} // namespace tiller

#endif
