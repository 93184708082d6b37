#pragma once

#include <atomic>
#include <cstdint>

namespace tiller
{

/**
    The time by which echoes are late, in milliseconds: the wall clock, which stands still while an offline render waits for the
    engine. What the host is notified of meanwhile, it passes back in its next block only. Lock-free.
*/
class EchoClock
{
public:
    /** A call of an offline render took so long. [audio-thread] */
    void pause (std::uint32_t milliseconds) noexcept              { paused.fetch_add (milliseconds, std::memory_order_relaxed); }

    /** The time at which the wall clock shows `wallMilliseconds`. Goes back by what a call has taken, where that has just ended. [any-thread] */
    std::uint32_t at (std::uint32_t wallMilliseconds) const noexcept { return wallMilliseconds - paused.load (std::memory_order_relaxed); }

private:
    std::atomic<std::uint32_t> paused { 0 };
};

} // namespace tiller
