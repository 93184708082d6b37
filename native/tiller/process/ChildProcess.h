#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tiller
{

/** A program and its arguments, UTF-8; the first is the program's path. */
using CommandLine = std::vector<std::string>;

/**
    A child process with a pipe to its stdin and one from its stdout; what it says on stderr is kept for the reason of
    its end. The child inherits nothing else of the host, and is killed with its object. One thread.
*/
class ChildProcess
{
public:
    /** What a child that is itself stopped or hung does when the host is killed; any other ends with its stdin. */
    enum class Orphan
    {
        ended,          ///< on Linux the kernel ends it with the thread that starts it, on Windows a job with the host; on macOS it stays
        leftToItself    ///< for a thread that may end before the child
    };

    /** Starts the program; null where that fails, with the reason in `problem`. [one thread, never the audio thread's] */
    static std::unique_ptr<ChildProcess> start (const CommandLine&, Orphan, std::string& problem);

    /** Ends the child as `end` does. [one thread, never the audio thread's] */
    virtual ~ChildProcess() = default;

    enum class Ready { timeout, something, ended };

    /** Waits until the child said something, or there is room for what it should hear, or the time is up. [one thread, never the audio thread's] */
    virtual Ready wait (bool toWrite, std::uint32_t microseconds) = 0;

    /** Takes what is there, without waiting: bytes, 0 for none yet, or -1 where the pipe has ended. [one thread, never the audio thread's] */
    virtual std::ptrdiff_t read (std::uint8_t* target, std::size_t room) = 0;

    /** Hands over what the pipe has room for, without waiting: bytes, or -1 where the child no longer reads. [one thread, never the audio thread's] */
    virtual std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) = 0;

    /** Closes the pipes, ends the child at once and collects it. Returns how it ended, for the player. [one thread, never the audio thread's] */
    virtual std::string end() = 0;

    /** The last lines of stderr. To be called now and then, or the child waits for its words to be read. [one thread, never the audio thread's] */
    virtual const std::string& lastWords() = 0;
};

} // namespace tiller
