#pragma once

#if ! defined (_WIN32)

#include "tiller/process/RealtimeAnswer.h"

#include <memory>
#include <sys/types.h>

namespace tiller
{

/** The priorities of the threads of one child process. One thread, never the audio thread. */
class ThreadPriority
{
public:
    ThreadPriority();
    ~ThreadPriority();

    /** See `ChildProcess::setRealtime`; refused as well where `thread` is none of the process. */
    RealtimeAnswer setRealtime (pid_t process, pid_t thread, bool realtime);

private:
    struct Requests;
    std::unique_ptr<Requests> requests;
};

} // namespace tiller

#endif
