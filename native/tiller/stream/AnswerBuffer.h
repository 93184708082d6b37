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
    A place on the clock before which something is not heard. It comes along with the stream: one that stayed where it is
    would lie ahead again as soon as the clock had gone half round. One thread.
*/
class Threshold
{
public:
    void set (std::uint32_t at) noexcept                    { place = at; }
    std::uint32_t at() const noexcept                       { return place; }
    bool isReachedBy (std::uint32_t position) const noexcept { return distance (position, place) >= 0; }

    /** Nothing before `oldest` is asked for any more. */
    void follow (std::uint32_t oldest) noexcept             { if (isReachedBy (oldest)) place = oldest; }

private:
    std::uint32_t place = 0;
};

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

    std::size_t capacity() const noexcept                  { return mask + 1; }   // [any-thread]

    /** The next answer starts at `position`, and nothing before `heardFrom` may be heard. [io-thread] */
    void jumpTo (std::uint32_t position, std::uint32_t heardFrom) noexcept
    {
        begin.store (heardFrom, std::memory_order_release);
        end.store (position, std::memory_order_release);
    }

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

    /** Makes what was written readable; what it has overwritten is not any more. [io-thread] */
    void publish (std::size_t count) noexcept
    {
        const auto last = end.load (std::memory_order_relaxed) + static_cast<std::uint32_t> (count);
        const auto oldest = last - static_cast<std::uint32_t> (capacity());

        if (distance (oldest, begin.load (std::memory_order_relaxed)) > 0)
            begin.store (oldest, std::memory_order_release);

        end.store (last, std::memory_order_release);
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
