#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tiller
{

/**
    Measures how far ahead of time the host delivers its blocks. Hosts that render ahead (Reaper's anticipative processing,
    Cubase's ASIO-Guard, renderers that never report that they are offline) deliver blocks faster than real time, in bursts or
    throughout, and play them later: what they have gained on the wall clock may be spent on waiting for the engine.

    The lateness of a block is its time of arrival less its time in the stream. The reference is the latest arrival that each
    of the last windows of one second contains, that is the least of their latest; the lead of a block is the reference less
    its own lateness. So a host that has been late once (an xrun, a breakpoint), and has caught up since, gains no lead by
    that: it would have to be late in every window. [audio-thread], unless stated otherwise
*/
class HostLead
{
public:
    /** A stream of `rate` Hz begins. [main-thread] while no audio flows */
    void prepare (double rate) noexcept;

    /** What was measured no longer counts: the next block is the first of the stream. */
    void restart() noexcept { started = false; }

    /** A block arrives at `now`, in seconds; returns by how many seconds it is early, negative where it is late. */
    double blockArrived (double now, int numSamples) noexcept;

    /** How long a block of this length may wait for the engine, in seconds: within its lead, less a guard. A live block never waits. */
    static double longestWait (double leadSeconds, double blockSeconds) noexcept
    {
        return leadSeconds >= aheadBlocks * blockSeconds && leadSeconds > guardSeconds ? leadSeconds - guardSeconds : 0.0;
    }

    /**
        A block that is early by less than this part of its own length is live. The second of two blocks that are delivered at
        once is a whole length early, less the time that the host took for the first.
    */
    static constexpr double aheadBlocks = 0.75;
    /** Waiting ends this long before the block would be later than the reference, in seconds. */
    static constexpr double guardSeconds = 0.001;
    /** Without a block for this long the host has paused, and its time starts anew, in seconds. Shorter than a window. */
    static constexpr double pauseSeconds = 0.7;
    static constexpr double windowSeconds = 1.0;
    static constexpr std::size_t numWindows = 2;

private:
    /** The last windows, and the present one. All times in seconds. */
    struct Window
    {
        double latest = 0.0;      ///< lateness of its latest block
        double mostAhead = 0.0;   ///< greatest lead of a block
    };

    void startAt (double now, double lateness) noexcept;
    void completeWindow (double now, double lateness) noexcept;
    double reference() const noexcept;
    double mostAhead() const noexcept;

    double rate = 1.0;
    bool started = false;
    std::int64_t positionSamples = 0;
    double lastArrival = 0.0, windowStart = 0.0;
    std::array<Window, numWindows> windows {};
    std::size_t oldest = 0;
    Window present;
    double mostLead = 0.0;        ///< leads beyond this are not trusted until a window has passed since a pause
};

} // namespace tiller
