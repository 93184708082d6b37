#pragma once

#if ! defined (_WIN32)

#include "tiller/process/ChildProcess.h"

#include <string>
#include <sys/types.h>

namespace tiller
{

/** The descriptors a child gets as stdin, stdout and stderr; each must be above 2 and close on exec. */
struct StandardStreams
{
    int in, out, err;
};

/**
    Starts the program `arguments[0]` with these streams, no other descriptor of the host, default signal handling, and a
    process group of its own. Both lists end with a null pointer. Returns the process id, or 0 with the reason in `error`.

    Linux ties `OnHostDeath::kill` to the calling thread: it must live as long as the child. [one thread, never the audio thread's]
*/
pid_t spawnChild (char* const* arguments, char* const* environment, const StandardStreams&, ChildProcess::OnHostDeath, std::string& error);

} // namespace tiller

#endif
