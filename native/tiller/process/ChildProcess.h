#pragma once

#include "tiller/process/RealtimeAnswer.h"
#include "tiller/process/ThreadActivity.h"
#include "tiller/process/WakeSignal.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/** A program and its arguments, UTF-8; the first is the program's path. */
using CommandLine = std::vector<std::string>;

/**
    A child process with pipes to its stdin and from its stdout; the end of its stderr is kept for error messages. The child
    inherits no other handle of the host, and is killed when this object is destroyed. [one thread, never the audio thread's]
*/
class ChildProcess
{
public:
    /**
        What happens to a child that is itself stopped or hung, so that it does not notice the end of its stdin, when the host
        process ends.
    */
    enum class OnHostDeath
    {
        kill,       ///< Linux: killed by the kernel with the thread that started it. Windows: killed by its job. macOS: it survives
        survive     ///< for children started on a thread that may end before them
    };

    /** Starts the program; null where that fails, with the reason in `error`. */
    static std::unique_ptr<ChildProcess> start (const CommandLine&, OnHostDeath, std::string& error);

    /** Terminates the child. */
    virtual ~ChildProcess() = default;

    enum class Readiness { timeout, ready, closed };

    /**
        Waits until the child's stdout can be read (or, with `toWrite`, its stdin written), for at most `microseconds`, and not
        once `wake` is set, which is reset thereby: `timeout`, too. `closed` where stdout has ended and nothing is left in it.
    */
    virtual Readiness wait (bool toWrite, std::uint32_t microseconds, WakeSignal* wake = nullptr) = 0;

    /** Reads from stdout without waiting: the number of bytes, 0 where none are there yet, -1 where it has ended. */
    virtual std::ptrdiff_t read (std::uint8_t* target, std::size_t capacity) = 0;

    /** Writes to stdin as much as fits without waiting: the number of bytes, or -1 where the child no longer reads. */
    virtual std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) = 0;

    /**
        Closes the pipes, kills the child where it still runs, and collects it. Returns how it ended, for an error message; the
        same when called again.
    */
    virtual std::string terminate() = 0;

    /** What a thread of the child does, by its number in the system; 0 for the thread that the child began with. */
    virtual ThreadActivity activity (std::uint32_t thread) const = 0;

    /**
        Gives a thread of the child the priority of an audio thread, or takes it back; refused too where the thread has ended. On
        Linux (SCHED_RR, by RealtimeKit where the user has no right to it) a thread that then computes too long without waiting
        once is ended with its process: it must not freeze the machine. On Windows the whole process is raised.
    */
    virtual RealtimeAnswer setRealtime (std::uint32_t thread, bool realtime) = 0;

    /** How often a thread of the child has waited for something so far; empty where the system does not tell. */
    virtual std::optional<std::uint64_t> pauses (std::uint32_t thread) const = 0;

    /** The last 4096 bytes of stderr. Must be called now and then, or the child blocks once its stderr pipe is full. */
    virtual const std::string& stderrTail() = 0;
};

} // namespace tiller
