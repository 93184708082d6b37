#if ! defined (_WIN32) && ! defined (__linux__)

#include "tiller/process/posix/Spawn.h"

#include <csignal>
#include <cstring>
#include <spawn.h>
#include <unistd.h>

namespace tiller
{

pid_t spawn (char* const* arguments, char* const* environment, const StandardEnds& ends, ChildProcess::Orphan, std::string& problem)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_adddup2 (&actions, ends.in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, ends.out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2 (&actions, ends.err, STDERR_FILENO);

    posix_spawnattr_t attributes;
    posix_spawnattr_init (&attributes);
    sigset_t none, all;
    sigemptyset (&none);
    sigfillset (&all);
    posix_spawnattr_setsigmask (&attributes, &none);
    posix_spawnattr_setsigdefault (&attributes, &all);
    // A group of its own: an interrupt typed at the host's terminal is the host's.
    posix_spawnattr_setpgroup (&attributes, 0);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;

   #if defined (__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
   #endif

    posix_spawnattr_setflags (&attributes, flags);
    pid_t child = 0;
    const int error = posix_spawn (&child, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attributes);

    if (error == 0)
        return child;

    problem = std::string (arguments[0]) + " could not be started: " + std::strerror (error);
    return 0;
}

} // namespace tiller

#endif
