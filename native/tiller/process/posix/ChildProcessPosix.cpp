#if ! defined (_WIN32)

#include "tiller/process/ChildProcess.h"
#include "tiller/process/posix/Spawn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <ctime>
#include <unistd.h>

extern char** environ;

namespace tiller
{

namespace
{
    constexpr std::size_t keptWords = 4096;
    /** Room in a pipe that carries audio. Linux gives an ordinary user 64 such pipes, and very small ones from there on. */
    constexpr int audioPipeBytes = 1 << 20;

    /** A file descriptor that closes itself. */
    class Descriptor
    {
    public:
        Descriptor() = default;
        explicit Descriptor (int d) : fd (d) {}
        Descriptor (Descriptor&& other) noexcept : fd (other.release()) {}
        Descriptor& operator= (Descriptor&& other) noexcept { close(); fd = other.release(); return *this; }
        ~Descriptor() { close(); }

        int get() const noexcept { return fd; }
        int release() noexcept { const int d = fd; fd = -1; return d; }
        void close() noexcept { if (fd >= 0) ::close (fd); fd = -1; }

    private:
        int fd = -1;
    };

    /** The same above the standard ones, which a host may have closed: a child's are put there. */
    Descriptor aboveStandard (int fd)
    {
        if (fd > STDERR_FILENO)
            return Descriptor (fd);

        Descriptor low (fd);
        return Descriptor (fcntl (fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    }

    /** Both ends close on exec: an engine must never hold another engine's pipe open. */
    bool makePipe (Descriptor& readEnd, Descriptor& writeEnd, [[maybe_unused]] bool forAudio)
    {
        int ends[2];

       #if defined (__linux__)
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

    /** The host's environment without what hosts set for their own libraries and runtimes. */
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

    class PosixProcess final : public ChildProcess
    {
    public:
        PosixProcess (pid_t id, Descriptor in, Descriptor out, Descriptor err)
            : pid (id), toChild (std::move (in)), fromChild (std::move (out)), wordsOfChild (std::move (err))
        {
            setNonBlocking (toChild.get());
            setNonBlocking (fromChild.get());
            setNonBlocking (wordsOfChild.get());
        }

        ~PosixProcess() override { end(); }

        Ready wait (bool toWrite, std::uint32_t microseconds) override
        {
            std::array<pollfd, 2> fds { { { fromChild.get(), POLLIN, 0 }, { toChild.get(), POLLOUT, 0 } } };
            const auto count = static_cast<nfds_t> (toWrite ? 2 : 1);

           #if defined (__linux__)
            const timespec time { 0, static_cast<long> (microseconds) * 1000 };
            const int ready = ppoll (fds.data(), count, &time, nullptr);
           #else
            const int ready = poll (fds.data(), count, static_cast<int> ((microseconds + 999) / 1000));
           #endif

            if (ready <= 0)
                return Ready::timeout;

            return (fds[0].revents & POLLIN) == 0 && (fds[0].revents & (POLLHUP | POLLERR)) != 0 ? Ready::ended : Ready::something;
        }

        std::ptrdiff_t read (std::uint8_t* target, std::size_t room) override
        {
            for (;;)
            {
                const auto count = ::read (fromChild.get(), target, room);

                if (count > 0)
                    return count;

                if (count == 0)
                    return -1;

                if (errno != EINTR)
                    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
            }
        }

        std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override
        {
            for (;;)
            {
                const auto written = ::write (toChild.get(), source, count);

                if (written >= 0)
                    return written;

                if (errno != EINTR)
                    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
            }
        }

        std::string end() override
        {
            if (pid <= 0)
                return how;

            toChild.close();
            const auto collected = waitpid (pid, &status, WNOHANG);

            if (collected < 0)
            {
                // Its identifier may be another process's by now.
                how = "it was collected by the host";
            }
            else if (collected == 0)
            {
                kill (pid, SIGKILL);
                waitpid (pid, &status, 0);
                how = "it was ended";
            }
            else if (WIFSIGNALED (status))
            {
                how = std::string ("it was ended by signal ") + std::to_string (WTERMSIG (status));
            }
            else
            {
                how = std::string ("it ended with code ") + std::to_string (WEXITSTATUS (status));
            }

            pid = 0;
            drainWords();
            fromChild.close();
            return how;
        }

        const std::string& lastWords() override
        {
            drainWords();
            return words;
        }

    private:
        void drainWords()
        {
            char piece[1024];

            for (ssize_t count; (count = ::read (wordsOfChild.get(), piece, sizeof (piece))) > 0;)
            {
                words.append (piece, static_cast<std::size_t> (count));

                if (words.size() > keptWords)
                    words.erase (0, words.size() - keptWords);
            }
        }

        pid_t pid;
        int status = 0;
        Descriptor toChild, fromChild, wordsOfChild;
        std::string words, how;
    };
}

std::unique_ptr<ChildProcess> ChildProcess::start (const CommandLine& command, Orphan orphan, std::string& problem)
{
    Descriptor childIn, toChild, fromChild, childOut, words, childErr;

    if (! makePipe (childIn, toChild, true) || ! makePipe (fromChild, childOut, true) || ! makePipe (words, childErr, false))
    {
        problem = std::string ("no pipe could be made: ") + std::strerror (errno);
        return nullptr;
    }

    std::vector<char*> arguments;

    for (const auto& argument : command)
        arguments.push_back (const_cast<char*> (argument.c_str()));

    arguments.push_back (nullptr);
    const auto environment = cleanEnvironment();
    const auto pid = spawn (arguments.data(), environment.data(), { childIn.get(), childOut.get(), childErr.get() }, orphan, problem);

    if (pid == 0)
        return nullptr;

    return std::make_unique<PosixProcess> (pid, std::move (toChild), std::move (fromChild), std::move (words));
}

} // namespace tiller

#endif
