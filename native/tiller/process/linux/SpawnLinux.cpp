#if defined (__linux__)

#include "tiller/process/posix/Spawn.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** Kernels before 5.9 have no call for this. */
    void closeFrom (int first)
    {
       #if defined (SYS_close_range)
        if (syscall (SYS_close_range, static_cast<unsigned> (first), ~0u, 0u) == 0)
            return;
       #endif

        rlimit limit {};
        getrlimit (RLIMIT_NOFILE, &limit);
        const auto end = static_cast<int> (std::min<rlim_t> (limit.rlim_cur, 65536));

        for (int fd = first; fd < end; ++fd)
            close (fd);
    }

    /** Between fork and exec, in the memory of the host: system calls only. Returns where there is no such program. */
    void becomeChild (char* const* arguments, char* const* environment, const StandardEnds& ends, bool endsWithHost, pid_t host)
    {
        // A host that ended before this took effect has left the child to another parent.
        if (endsWithHost && (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != host))
            return;

        // A group of its own: an interrupt typed at the host's terminal is the host's.
        setpgid (0, 0);
        struct sigaction action {};
        action.sa_handler = SIG_DFL;

        for (int number = 1; number < NSIG; ++number)
            sigaction (number, &action, nullptr);

        dup2 (ends.in, STDIN_FILENO);
        dup2 (ends.out, STDOUT_FILENO);
        dup2 (ends.err, STDERR_FILENO);
        closeFrom (STDERR_FILENO + 1);
        sigset_t none;
        sigemptyset (&none);
        sigprocmask (SIG_SETMASK, &none, nullptr);
        execve (arguments[0], arguments, environment);
    }
}

pid_t spawn (char* const* arguments, char* const* environment, const StandardEnds& ends, ChildProcess::Orphan orphan, std::string& problem)
{
    const pid_t host = getpid();
    volatile int error = 0;
    sigset_t all, before;
    sigfillset (&all);
    pthread_sigmask (SIG_BLOCK, &all, &before);

    // Not posix_spawn, which cannot ask for the death signal; not fork, which copies the page tables of a large host.
    const pid_t child = vfork();

    if (child == 0)
    {
        becomeChild (arguments, environment, ends, orphan == ChildProcess::Orphan::ended, host);
        error = errno;
        _exit (127);
    }

    const int noChild = errno;
    pthread_sigmask (SIG_SETMASK, &before, nullptr);

    if (child > 0 && error == 0)
        return child;

    if (child > 0)
        waitpid (child, nullptr, 0);

    problem = std::string (arguments[0]) + " could not be started: " + std::strerror (child > 0 ? error : noChild);
    return 0;
}

} // namespace tiller

#endif
