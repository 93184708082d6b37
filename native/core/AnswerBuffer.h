#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tiller
{

/** Distance from `b` to `a` on the stream's clock, which counts samples modulo 2^32. [any-thread] */
inline std::int32_t distance (std::uint32_t a, std::uint32_t b) noexcept
{
    return static_cast<std::int32_t> (a - b);
}

/**
    The engine's answers by their place in the stream. One thread writes, another reads; no lock. Everything from
    `begin` up to `end` can be read; what lies before `begin` was never answered or must not be heard.
*/
class AnswerBuffer
{
public:
    struct Range
    {
        std::uint32_t begin, end;
    };

    /** Empties the buffer for a stream that starts at 0. [main-thread] while nobody reads or writes. */
    void allocate (int channelCount, std::size_t capacitySamples)
    {
        std::size_t size = 1;

        while (size < capacitySamples)
            size <<= 1;

        mask = size - 1;
        channels.assign (static_cast<std::size_t> (channelCount), std::vector<float> (size, 0.0f));
        begin.store (0, std::memory_order_relaxed);
        end.store (0, std::memory_order_relaxed);
    }

    // [any-thread]
    int channelCount() const noexcept                      { return static_cast<int> (channels.size()); }
    std::size_t capacity() const noexcept                  { return mask + 1; }

    /** The next answer starts at `position`, and nothing before `heardFrom` may be heard. [io-thread] */
    void jumpTo (std::uint32_t position, std::uint32_t heardFrom) noexcept
    {
        begin.store (heardFrom, std::memory_order_release);
        end.store (position, std::memory_order_release);
    }

    /** Nothing before `position` may be heard; answers go on where they are. [io-thread] */
    void hearFrom (std::uint32_t position) noexcept         { begin.store (position, std::memory_order_release); }

    /** Where the next answer is expected. [io-thread] */
    std::uint32_t expected() const noexcept                { return end.load (std::memory_order_relaxed); }

    /** Writes one channel's answer at the expected place; `publish` makes it readable. [io-thread] */
    void write (int channel, const float* samples, std::size_t count) noexcept
    {
        auto& target = channels[static_cast<std::size_t> (channel)];
        const auto to = end.load (std::memory_order_relaxed) & mask;
        const auto first = std::min (count, target.size() - to);
        std::memcpy (target.data() + to, samples, first * sizeof (float));
        std::memcpy (target.data(), samples + first, (count - first) * sizeof (float));
    }

    /** [io-thread] */
    void publish (std::size_t count) noexcept
    {
        end.store (end.load (std::memory_order_relaxed) + static_cast<std::uint32_t> (count), std::memory_order_release);
    }

    /** What can be read now. [audio-thread] */
    Range readable() const noexcept
    {
        // `end` first: a gap moves `begin` before `end`, so a new end is never seen with an old begin.
        const auto last = end.load (std::memory_order_acquire);
        return { begin.load (std::memory_order_acquire), last };
    }

    /** One sample within `readable`. [audio-thread] */
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
