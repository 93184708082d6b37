#pragma once

#if ! defined (_WIN32)

#include "tiller/process/ChildProcess.h"

#include <string>
#include <sys/types.h>

namespace tiller
{

/** What a child gets as its stdin, stdout and stderr; each is above 2 and closes on exec. */
struct StandardEnds
{
    int in, out, err;
};

/**
    Starts the program `arguments[0]` with these ends and nothing else that the host has open, default signals, and a
    process group of its own. Both lists end with a null. Returns its id, or 0 with the reason in `problem`.

    On Linux the kernel kills a child that is not to be left to itself when the calling thread ends, however that comes
    about: call it from a thread that lives as long as the child. [one thread, never the audio thread's]
*/
pid_t spawn (char* const* arguments, char* const* environment, const StandardEnds&, ChildProcess::Orphan, std::string& problem);

} // namespace tiller

#endif
