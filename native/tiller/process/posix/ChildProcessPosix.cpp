#if ! defined (_WIN32)

#include "tiller/process/ChildProcess.h"
#include "tiller/process/Clock.h"
#include "tiller/process/StderrTail.h"
#include "tiller/process/posix/FileDescriptor.h"
#include "tiller/process/posix/LinuxProcesses.h"
#include "tiller/process/posix/RetryOnInterrupt.h"
#include "tiller/process/posix/SpawnChild.h"
#include "tiller/process/posix/ThreadActivityPosix.h"
#include "tiller/process/posix/ThreadPriorityPosix.h"
#include "tiller/process/posix/WakeSource.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tiller
{

namespace
{
    /** Capacity of a pipe that carries audio. Linux limits how many of these an ordinary user gets; beyond that they stay small. */
    constexpr int audioPipeBytes = 1 << 20;

    /** Moves a descriptor above the standard ones: a host may have closed those, and the child's are put there. */
    FileDescriptor aboveStandard (int fd)
    {
        if (fd > STDERR_FILENO)
            return FileDescriptor (fd);

        FileDescriptor low (fd);
        return FileDescriptor (fcntl (fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    }

    /** Both ends close on exec: a child must never hold another child's pipe open. */
    bool makePipe (FileDescriptor& readEnd, FileDescriptor& writeEnd, [[maybe_unused]] bool forAudio)
    {
        int ends[2];

       #if defined (TILLER_LINUX_PROCESSES)
        if (pipe2 (ends, O_CLOEXEC) != 0)
            return false;

        if (forAudio)
            fcntl (ends[1], F_SETPIPE_SZ, audioPipeBytes);
       #else
        if (pipe (ends) != 0)
            return false;

        fcntl (ends[0], F_SETFD, FD_CLOEXEC);
        fcntl (ends[1], F_SETFD, FD_CLOEXEC);
       #endif
        readEnd = aboveStandard (ends[0]);
        writeEnd = aboveStandard (ends[1]);
        return readEnd.get() >= 0 && writeEnd.get() >= 0;
    }

    void setNonBlocking (int fd) { fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK); }

    /** The host's environment without the variables that hosts set for their own libraries and runtimes. */
    std::vector<char*> cleanEnvironment()
    {
        static constexpr std::array unwanted { "LD_PRELOAD=", "LD_LIBRARY_PATH=", "DYLD_INSERT_LIBRARIES=", "DYLD_LIBRARY_PATH=",
                                               "NODE_OPTIONS=", "NODE_PATH=", "NODE_CHANNEL_FD=" };
        std::vector<char*> kept;

        for (auto** variable = environ; *variable != nullptr; ++variable)
            if (std::none_of (unwanted.begin(), unwanted.end(), [&] (const char* name) { return std::strncmp (*variable, name, std::strlen (name)) == 0; }))
                kept.push_back (*variable);

        kept.push_back (nullptr);
        return kept;
    }

    /** poll() with a time-out in microseconds; as poll() where it fails. */
    int pollFor (pollfd* fds, nfds_t count, std::chrono::microseconds timeout)
    {
        const auto microseconds = std::max<std::int64_t> (0, timeout.count());

       #if defined (TILLER_LINUX_PROCESSES)
        const timespec time { static_cast<time_t> (microseconds / 1000000), static_cast<long> (microseconds % 1000000) * 1000 };
        return ppoll (fds, count, &time, nullptr);
       #else
        return poll (fds, count, static_cast<int> ((microseconds + 999) / 1000));
       #endif
    }

    class PosixProcess final : public ChildProcess
    {
    public:
        PosixProcess (pid_t id, FileDescriptor in, FileDescriptor out, FileDescriptor err)
            : pid (id), childIn (std::move (in)), childOut (std::move (out)), childErr (std::move (err))
        {
            for (const auto* descriptor : { &childIn, &childOut, &childErr })
                setNonBlocking (descriptor->get());
        }

        ~PosixProcess() override { terminate(); }

        Readiness wait (bool toWrite, std::uint32_t microseconds, WakeSignal* wake) override
        {
            // Of a negative descriptor nothing is reported.
            const int wakeEnd = wake != nullptr ? wake->source().readEnd.get() : -1;
            std::array<pollfd, 3> fds { { { childOut.get(), POLLIN, 0 }, { wakeEnd, POLLIN, 0 }, { toWrite ? childIn.get() : -1, POLLOUT, 0 } } };
            const auto deadline = Clock::now() + std::chrono::microseconds (microseconds);
            const int ready = retryOnInterrupt ([&]
            {
                return pollFor (fds.data(), fds.size(), std::chrono::ceil<std::chrono::microseconds> (deadline - Clock::now()));
            });

            if (ready <= 0)
                return Readiness::timeout;

            if (fds[1].revents != 0)
                wake->source().reset();

            if (fds[0].revents == 0 && fds[2].revents == 0)
                return Readiness::timeout;

            return (fds[0].revents & POLLIN) == 0 && (fds[0].revents & (POLLHUP | POLLERR)) != 0 ? Readiness::closed : Readiness::ready;
        }

        std::ptrdiff_t read (std::uint8_t* target, std::size_t capacity) override { return readFrom (childOut, target, capacity); }

        std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override
        {
            const auto written = retryOnInterrupt ([&] { return ::write (childIn.get(), source, count); });
            return written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : written;
        }

        std::string terminate() override
        {
            if (pid <= 0)
                return ending;

            childIn.close();
            int status = 0;
            const auto collected = collect (status, WNOHANG);

            if (collected < 0)
            {
                // A host may collect all children; the process id may be another process's by now.
                ending = "it was collected by the host";
            }
            else if (collected == 0)
            {
                kill (pid, SIGKILL);
                collect (status, 0);
                ending = "it was ended";
            }
            else if (WIFSIGNALED (status))
            {
                ending = std::string ("it was ended by signal ") + std::to_string (WTERMSIG (status));
            }
            else
            {
                ending = std::string ("it ended with code ") + std::to_string (WEXITSTATUS (status));
            }

            pid = 0;
            drainStderr();
            childOut.close();
            return ending;
        }

        ThreadActivity activity (std::uint32_t thread) const override
        {
            return pid > 0 ? threadActivity (pid, thread == 0 ? pid : static_cast<pid_t> (thread)) : ThreadActivity {};
        }

        RealtimeAnswer setRealtime (std::uint32_t thread, bool realtime) override
        {
            return pid > 0 && thread > 0 ? priority.setRealtime (pid, static_cast<pid_t> (thread), realtime) : RealtimeAnswer {};
        }

        std::optional<std::uint64_t> pauses (std::uint32_t thread) const override
        {
            return pid > 0 ? threadPauses (pid, static_cast<pid_t> (thread)) : std::nullopt;
        }

        const std::string& stderrTail() override
        {
            drainStderr();
            return tail.text();
        }

    private:
        pid_t collect (int& status, int options)
        {
            return retryOnInterrupt ([&] { return waitpid (pid, &status, options); });
        }

        /** As `read`, from either of the child's streams. */
        static std::ptrdiff_t readFrom (const FileDescriptor& pipe, void* target, std::size_t capacity)
        {
            const auto count = retryOnInterrupt ([&] { return ::read (pipe.get(), target, capacity); });

            if (count > 0)
                return count;

            return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
        }

        void drainStderr()
        {
            char piece[1024];

            for (std::ptrdiff_t count; (count = readFrom (childErr, piece, sizeof (piece))) > 0;)
                tail.append (piece, static_cast<std::size_t> (count));
        }

        pid_t pid;
        FileDescriptor childIn, childOut, childErr;
        StderrTail tail;
        ThreadPriority priority;
        std::string ending;
    };
}

std::unique_ptr<ChildProcess> ChildProcess::start (const CommandLine& command, OnHostDeath onHostDeath, std::string& error)
{
   #if ! defined (TILLER_LINUX_PROCESSES)
    // Between the making of a pipe and its flag, a child that another thread starts would get it. What the host starts itself might.
    static std::mutex starting;
    const std::lock_guard lock (starting);
   #endif

    FileDescriptor theirIn, ourIn, ourOut, theirOut, ourErr, theirErr;

    if (! makePipe (theirIn, ourIn, true) || ! makePipe (ourOut, theirOut, true) || ! makePipe (ourErr, theirErr, false))
    {
        error = std::string ("no pipe could be made: ") + std::strerror (errno);
        return nullptr;
    }

    std::vector<char*> arguments;

    for (const auto& argument : command)
        arguments.push_back (const_cast<char*> (argument.c_str()));

    arguments.push_back (nullptr);
    const auto environment = cleanEnvironment();
    const auto pid = spawnChild (arguments.data(), environment.data(), { theirIn.get(), theirOut.get(), theirErr.get() }, onHostDeath, error);

    if (pid == 0)
        return nullptr;

    return std::make_unique<PosixProcess> (pid, std::move (ourIn), std::move (ourOut), std::move (ourErr));
}

} // namespace tiller

#endif
