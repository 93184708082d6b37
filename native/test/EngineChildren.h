#pragma once

#include "SavedState.h"

#include "Checks.h"

#include <dirent.h>
#include <fstream>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tiller::test
{

/** The state letter and the parent of a process, from /proc; 0 where it is gone. */
inline std::pair<char, pid_t> processStatus (pid_t pid)
{
    std::ifstream stat ("/proc/" + std::to_string (pid) + "/stat");
    std::string text ((std::istreambuf_iterator<char> (stat)), {});
    const auto end = text.rfind (')');

    if (end == std::string::npos)
        return { 0, 0 };

    char state = 0;
    int parent = 0;
    std::sscanf (text.c_str() + end + 1, " %c %d", &state, &parent);
    return { state, parent };
}

inline bool isAlive (pid_t pid)
{
    const auto state = processStatus (pid).first;
    return state != 0 && state != 'Z';
}

/** The living engines of this process. */
inline std::vector<pid_t> engineChildren()
{
    std::vector<pid_t> children;
    DIR* processes = opendir ("/proc");

    while (const auto* entry = readdir (processes))
    {
        const auto pid = static_cast<pid_t> (std::atoi (entry->d_name));

        if (pid > 0 && processStatus (pid).second == getpid() && isAlive (pid))
            children.push_back (pid);
    }

    closedir (processes);
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
