#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <functional>
#include <sched.h>
#include <string>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tiller::test
{

/** Gives the calling thread what hosts give their audio threads, where the user has a right to it; threads that it starts are ordinary ones. */
inline void becomeAudioThread()
{
    sched_param wanted {};
    wanted.sched_priority = 60;

    if (sched_setscheduler (0, SCHED_RR | SCHED_RESET_ON_FORK, &wanted) != 0)
        std::printf ("     this system allows no real-time threads: the host is an ordinary program\n");
}

/** What /proc reports of a process; `state` is 0 where it does not exist. */
struct ProcessInfo
{
    char state = 0;
    pid_t parent = 0;
    unsigned long cpuTicks = 0;
    unsigned long long startTicks = 0;
};

inline ProcessInfo processInfo (pid_t pid)
{
    std::ifstream stat ("/proc/" + std::to_string (pid) + "/stat");
    // A process that ends meanwhile makes reading fail: an iterator would throw.
    std::string text;
    std::getline (stat, text, '\0');
    const auto end = text.rfind (')');
    ProcessInfo info;

    if (end == std::string::npos)
        return info;

    unsigned long user = 0, system = 0;
    std::sscanf (text.c_str() + end + 1, " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %*s %*s %*s %*s %*s %*s %llu",
                 &info.state, &info.parent, &user, &system, &info.startTicks);
    info.cpuTicks = user + system;
    return info;
}

inline bool isAlive (pid_t pid)
{
    const auto state = processInfo (pid).state;
    return state != 0 && state != 'Z';
}

/** True where the process has run before and uses next to no CPU time during `pause`. */
inline bool isIdle (pid_t pid, const std::function<void()>& pause)
{
    const auto before = processInfo (pid).cpuTicks;
    pause();
    return before > 0 && processInfo (pid).cpuTicks - before <= 1;
}

/** The running children of this process, the oldest first: a standby process is the last. */
inline std::vector<pid_t> engineProcesses()
{
    std::vector<std::pair<unsigned long long, pid_t>> found;
    DIR* processes = opendir ("/proc");

    while (const auto* entry = readdir (processes))
    {
        const auto pid = static_cast<pid_t> (std::atoi (entry->d_name));

        if (pid <= 0)
            continue;

        if (const auto info = processInfo (pid); info.parent == getpid() && info.state != 'Z')
            found.emplace_back (info.startTicks, pid);
    }

    closedir (processes);
    std::sort (found.begin(), found.end());
    std::vector<pid_t> children;

    for (const auto& [started, pid] : found)
        children.push_back (pid);

    return children;
}

} // namespace tiller::test
