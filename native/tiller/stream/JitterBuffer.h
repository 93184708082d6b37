#pragma once

#include "tiller/ipc/RingSize.h"
#include "tiller/stream/StreamPosition.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tiller
{

/**
    The engine's audio by its position in the stream: it arrives irregularly and is read at a fixed delay. A ring buffer with
    one writer and one reader, lock-free. Positions from `begin` up to `end` can be read; those before `begin` were never
    delivered, were overwritten, or must not be heard.
*/
class JitterBuffer
{
public:
    struct Range
    {
        std::uint32_t begin, end;
    };

    /** Empties the buffer for a stream that starts at position 0. [main-thread] while nobody reads or writes. */
    void allocate (int channelCount, std::size_t minimumSamples)
    {
        const auto size = ringSize (minimumSamples);
        mask = size - 1;
        channels.assign (static_cast<std::size_t> (channelCount), std::vector<float> (size, 0.0f));
        begin.store (0, std::memory_order_relaxed);
        end.store (0, std::memory_order_relaxed);
    }

    /** Frees the memory. [main-thread] while nobody reads or writes. */
    void release() noexcept                                { channels = {}; }

    /** In samples. [any-thread] */
    std::size_t capacity() const noexcept                  { return mask + 1; }

    /** The next samples written are those of `position`, and nothing before `audibleFrom` may be heard. [io-thread] */
    void jumpTo (std::uint32_t position, std::uint32_t audibleFrom) noexcept
    {
        begin.store (audibleFrom, std::memory_order_release);
        end.store (position, std::memory_order_release);
    }

    /** Position of the next samples to be written. [io-thread] */
    std::uint32_t writePosition() const noexcept           { return end.load (std::memory_order_relaxed); }

    /** Writes `count` samples of one channel at `writePosition`; `publish` makes them readable. [io-thread] */
    void write (int channel, const float* samples, std::size_t count) noexcept
    {
        auto& target = channels[static_cast<std::size_t> (channel)];
        const auto to = end.load (std::memory_order_relaxed) & mask;
        const auto first = std::min (count, target.size() - to);
        std::memcpy (target.data() + to, samples, first * sizeof (float));
        std::memcpy (target.data(), samples + first, (count - first) * sizeof (float));
    }

    /** Makes `count` written samples readable, and those that they overwrote unreadable. [io-thread] */
    void publish (std::size_t count) noexcept
    {
        const auto newEnd = end.load (std::memory_order_relaxed) + static_cast<std::uint32_t> (count);
        const auto oldest = newEnd - static_cast<std::uint32_t> (capacity());

        if (distance (oldest, begin.load (std::memory_order_relaxed)) > 0)
            begin.store (oldest, std::memory_order_release);

        end.store (newEnd, std::memory_order_release);
    }

    /** The positions that can be read now. [audio-thread] */
    Range readable() const noexcept
    {
        // `end` first: the writer moves `begin` before `end`, so a new end is never seen with an old begin.
        const auto readableEnd = end.load (std::memory_order_acquire);
        return { begin.load (std::memory_order_acquire), readableEnd };
    }

    /** One sample at a position within `readable`. [audio-thread] */
    float at (int channel, std::uint32_t position) const noexcept
    {
        return channels[static_cast<std::size_t> (channel)][position & mask];
    }

private:
    std::vector<std::vector<float>> channels;
    std::size_t mask = 0;
    std::atomic<std::uint32_t> begin { 0 }, end { 0 };
};

} // namespace tiller
