// macOS, and any POSIX system but Linux.
#include "tiller/process/posix/LinuxProcesses.h"

#if ! defined (_WIN32) && ! defined (TILLER_LINUX_PROCESSES)

#include "tiller/process/posix/SpawnChild.h"

#include <csignal>
#include <cstring>
#include <spawn.h>
#include <unistd.h>

namespace tiller
{

pid_t spawnChild (char* const* arguments, char* const* environment, const StandardStreams& streams, ChildProcess::OnHostDeath, std::string& error)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_adddup2 (&actions, streams.in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, streams.out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, streams.err, STDERR_FILENO);

    posix_spawnattr_t attributes;
    posix_spawnattr_init (&attributes);
    sigset_t none, all;
    sigemptyset (&none);
    sigfillset (&all);
    posix_spawnattr_setsigmask (&attributes, &none);
    posix_spawnattr_setsigdefault (&attributes, &all);
    // A process group of its own: Ctrl+C at the terminal that runs the host is for the host.
    posix_spawnattr_setpgroup (&attributes, 0);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;

   #if defined (__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
   #endif

    posix_spawnattr_setflags (&attributes, flags);
    pid_t child = 0;
    const int result = posix_spawn (&child, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attributes);

    if (result == 0)
        return child;

    error = std::string (arguments[0]) + " could not be started: " + std::strerror (result);
    return 0;
}

} // namespace tiller

#endif
