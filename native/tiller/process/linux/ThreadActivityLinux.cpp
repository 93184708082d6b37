#include "tiller/process/posix/LinuxProcesses.h"

#if defined (TILLER_LINUX_PROCESSES)

#include "tiller/process/posix/FileDescriptor.h"
#include "tiller/process/posix/RetryOnInterrupt.h"
#include "tiller/process/posix/ThreadActivityPosix.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** Of proc(5): state, and processor time in user and in system mode. */
    struct Stat
    {
        char state;
        std::chrono::nanoseconds time;
    };

    /** The beginning of a file of /proc, ended by 0; false where there is none. */
    template <std::size_t Size>
    bool readText (const std::string& path, std::array<char, Size>& text)
    {
        const FileDescriptor file (open (path.c_str(), O_RDONLY | O_CLOEXEC));
        text.fill (0);
        return file.get() >= 0 && retryOnInterrupt ([&] { return ::read (file.get(), text.data(), text.size() - 1); }) > 0;
    }

    std::optional<Stat> readStat (const std::string& path)
    {
        std::array<char, 1024> text;

        if (! readText (path, text))
            return {};

        // The name, which comes first, may contain anything.
        const char* const name = std::strrchr (text.data(), ')');
        Stat stat {};
        unsigned long user = 0, system = 0;

        if (name == nullptr || std::sscanf (name + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &stat.state, &user, &system) != 3)
            return {};

        stat.time = std::chrono::nanoseconds (std::chrono::seconds (1)) / sysconf (_SC_CLK_TCK) * (user + system);
        return stat;
    }

    ThreadActivity::State stateOf (char letter) noexcept
    {
        switch (letter)
        {
            case 'R': return ThreadActivity::State::runnable;
            case 'D': return ThreadActivity::State::onDisk;
            case 'T':
            case 't': return ThreadActivity::State::stopped;
            default:  return ThreadActivity::State::waiting;
        }
    }

    /** Whether any thread of the process is runnable or waits for a disk. */
    bool anyRunnable (const std::string& tasks)
    {
        auto* const folder = opendir (tasks.c_str());
        bool found = false;

        if (folder == nullptr)
            return false;

        while (const auto* entry = found ? nullptr : readdir (folder))
        {
            if (std::atoi (entry->d_name) <= 0)
                continue;

            const auto stat = readStat (tasks + entry->d_name + "/stat");
            found = stat && (stat->state == 'R' || stat->state == 'D');
        }

        closedir (folder);
        return found;
    }
}

ThreadActivity threadActivity (pid_t process, pid_t thread)
{
    const auto folder = "/proc/" + std::to_string (process), tasks = folder + "/task/";
    const auto own = readStat (tasks + std::to_string (thread) + "/stat"), all = readStat (folder + "/stat");

    if (! own || ! all)
        return {};

    const auto state = stateOf (own->state);
    return { state, state == ThreadActivity::State::waiting && anyRunnable (tasks), own->time, all->time };
}

std::optional<std::uint64_t> threadPauses (pid_t process, pid_t thread)
{
    std::array<char, 4096> text;

    if (! readText ("/proc/" + std::to_string (process) + "/task/" + std::to_string (thread) + "/status", text))
        return {};

    // Of proc(5): how often it gave up its processor before its time was over. The name of the thread, in the first line, cannot
    // contain a line's end.
    static constexpr char field[] = "\nvoluntary_ctxt_switches:";
    const char* const found = std::strstr (text.data(), field);
    return found != nullptr ? std::optional<std::uint64_t> (std::strtoull (found + sizeof (field) - 1, nullptr, 10)) : std::nullopt;
}

} // namespace tiller

#endif
