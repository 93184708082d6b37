#pragma once

#include "tiller/state/SavedState.h"

#include "Checks.h"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <functional>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tiller::test
{

/** What /proc tells of a process; `state` is 0 where it is gone. */
struct ProcessStatus
{
    char state = 0;
    pid_t parent = 0;
    unsigned long ticksUsed = 0;
    unsigned long long startedAt = 0;
};

inline ProcessStatus processStatus (pid_t pid)
{
    std::ifstream stat ("/proc/" + std::to_string (pid) + "/stat");
    std::string text ((std::istreambuf_iterator<char> (stat)), {});
    const auto end = text.rfind (')');
    ProcessStatus status;

    if (end == std::string::npos)
        return status;

    unsigned long user = 0, system = 0;
    std::sscanf (text.c_str() + end + 1, " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %*s %*s %*s %*s %*s %*s %llu",
                 &status.state, &status.parent, &user, &system, &status.startedAt);
    status.ticksUsed = user + system;
    return status;
}

inline bool isAlive (pid_t pid)
{
    const auto state = processStatus (pid).state;
    return state != 0 && state != 'Z';
}

/** True where the process does next to nothing during `pause`. */
inline bool isIdle (pid_t pid, const std::function<void()>& pause)
{
    const auto before = processStatus (pid).ticksUsed;
    pause();
    return before > 0 && processStatus (pid).ticksUsed - before <= 1;
}

/** The living engines of this process, the oldest first: the one that stands by is the last. */
inline std::vector<pid_t> engineChildren()
{
    std::vector<std::pair<unsigned long long, pid_t>> found;
    DIR* processes = opendir ("/proc");

    while (const auto* entry = readdir (processes))
    {
        const auto pid = static_cast<pid_t> (std::atoi (entry->d_name));

        if (pid <= 0)
            continue;

        if (const auto status = processStatus (pid); status.parent == getpid() && status.state != 'Z')
            found.emplace_back (status.startedAt, pid);
    }

    closedir (processes);
    std::sort (found.begin(), found.end());
    std::vector<pid_t> children;

    for (const auto& [started, pid] : found)
        children.push_back (pid);

    return children;
}

/** The plugin's own part of a component's state: JUCE's VST3 wrapper appends its own, with its length and a mark. */
inline std::vector<std::uint8_t> ownPart (const std::vector<std::uint8_t>& bytes)
{
    const std::string mark = "JUCEPrivateData";
    const std::size_t end = bytes.size();
    // A place for the length before the data, and the length behind it.
    const std::size_t trailer = mark.size() + 2 * sizeof (std::uint64_t);

    if (end < trailer || std::memcmp (bytes.data() + end - mark.size(), mark.data(), mark.size()) != 0)
        return bytes;

    std::uint64_t length = 0;
    std::memcpy (&length, bytes.data() + end - mark.size() - sizeof (length), sizeof (length));
    return { bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t> (trailer + length) };
}

/** A component's state as the plugin's own code reads it. */
inline SavedState readState (const std::vector<std::uint8_t>& bytes)
{
    std::string problem;
    const auto own = ownPart (bytes);
    const auto state = SavedState::decode (own.data(), own.size(), problem);
    CHECK (state.has_value(), problem);
    return *state;
}

} // namespace tiller::test
