#include "tiller/process/posix/LinuxProcesses.h"

#if defined (TILLER_LINUX_PROCESSES)

#include "tiller/process/posix/RetryOnInterrupt.h"
#include "tiller/process/posix/SpawnChild.h"

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
    /** Closes every descriptor from `first` on; kernels before 5.9 have no call for that. */
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

    /**
        Runs between vfork and exec, in the host's memory: only system calls are allowed. Returns where the program could not be
        executed, with the reason in errno.
    */
    void becomeChild (char* const* arguments, char* const* environment, const StandardStreams& streams, bool killedWithHost, pid_t host)
    {
        // Where the host ended before the death signal was set, the child has another parent by now.
        if (killedWithHost && (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != host))
            return;

        // A process group of its own: Ctrl+C at the terminal that runs the host is for the host.
        setpgid (0, 0);
        struct sigaction action {};
        action.sa_handler = SIG_DFL;

        for (int number = 1; number < NSIG; ++number)
            sigaction (number, &action, nullptr);

        const int targets[] { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO }, sources[] { streams.in, streams.out, streams.err };

        for (int i = 0; i < 3; ++i)
            if (retryOnInterrupt ([&] { return dup2 (sources[i], targets[i]); }) == -1)
                return;

        closeFrom (STDERR_FILENO + 1);
        sigset_t none;
        sigemptyset (&none);
        sigprocmask (SIG_SETMASK, &none, nullptr);
        execve (arguments[0], arguments, environment);
    }
}

pid_t spawnChild (char* const* arguments, char* const* environment, const StandardStreams& streams, ChildProcess::OnHostDeath onHostDeath, std::string& error)
{
    const pid_t host = getpid();
    volatile int childError = 0;
    sigset_t all, before;
    sigfillset (&all);
    pthread_sigmask (SIG_BLOCK, &all, &before);

    // posix_spawn cannot request the death signal, and fork would copy the page tables of a large host.
    const pid_t child = vfork();

    if (child == 0)
    {
        becomeChild (arguments, environment, streams, onHostDeath == ChildProcess::OnHostDeath::kill, host);
        childError = errno;
        _exit (127);
    }

    const int forkError = errno;
    pthread_sigmask (SIG_SETMASK, &before, nullptr);

    if (child > 0 && childError == 0)
        return child;

    if (child > 0)
        retryOnInterrupt ([child] { return waitpid (child, nullptr, 0); });

    error = std::string (arguments[0]) + " could not be started: " + std::strerror (child > 0 ? childError : forkError);
    return 0;
}

} // namespace tiller

#endif
