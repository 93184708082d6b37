#pragma once

#include "tiller/ipc/RingSize.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tiller
{

/** Bytes somewhere in memory: a part of a message. */
struct ByteSpan
{
    const void* data;
    std::size_t size;
};

/**
    A lock-free FIFO of whole messages, with one writer and one reader. A message goes in as a whole or not at all, so the reader
    never waits for the rest of one.
*/
class MessageFifo
{
public:
    /** Empties the FIFO and gives it room for at least `minimumBytes`. [main-thread] while nobody reads or writes. */
    void allocate (std::size_t minimumBytes)
    {
        bytes.assign (ringSize (minimumBytes), 0);
        written.store (0, std::memory_order_relaxed);
        consumed.store (0, std::memory_order_relaxed);
    }

    /** Empties the FIFO and frees its memory: nothing fits any more. [main-thread] while nobody reads or writes. */
    void release() noexcept
    {
        bytes = {};
        written.store (0, std::memory_order_relaxed);
        consumed.store (0, std::memory_order_relaxed);
    }

    /** Appends `count` spans as one message; false where there is no room for it. [audio-thread] */
    bool push (const ByteSpan* spans, std::size_t count) noexcept
    {
        std::size_t total = 0;

        for (std::size_t i = 0; i < count; ++i)
            total += spans[i].size;

        const auto end = written.load (std::memory_order_relaxed);

        if (end - consumed.load (std::memory_order_acquire) + total > bytes.size())
            return false;

        auto at = end;

        for (std::size_t i = 0; i < count; ++i)
        {
            copyIn (at, spans[i]);
            at += spans[i].size;
        }

        written.store (at, std::memory_order_release);
        return true;
    }

    /** Bytes that can be read. [io-thread] */
    std::size_t readable() const noexcept
    {
        return written.load (std::memory_order_acquire) - consumed.load (std::memory_order_relaxed);
    }

    /** Copies `size` bytes from `offset` behind the oldest; all of them must be readable. [io-thread] */
    void peek (std::size_t offset, void* target, std::size_t size) const noexcept
    {
        if (size == 0)
            return;

        const auto from = (consumed.load (std::memory_order_relaxed) + offset) & (bytes.size() - 1);
        const auto first = std::min (size, bytes.size() - from);
        std::memcpy (target, bytes.data() + from, first);
        std::memcpy (static_cast<std::uint8_t*> (target) + first, bytes.data(), size - first);
    }

    /** Removes the oldest `size` bytes. [io-thread] */
    void consume (std::size_t size) noexcept
    {
        consumed.store (consumed.load (std::memory_order_relaxed) + size, std::memory_order_release);
    }

private:
    /** Copies a span in, wrapping at the end of the ring. [audio-thread] */
    void copyIn (std::size_t position, const ByteSpan& span) noexcept
    {
        if (span.size == 0)
            return;

        const auto to = position & (bytes.size() - 1);
        const auto first = std::min (span.size, bytes.size() - to);
        std::memcpy (bytes.data() + to, span.data, first);
        std::memcpy (bytes.data(), static_cast<const std::uint8_t*> (span.data) + first, span.size - first);
    }

    std::vector<std::uint8_t> bytes;
    std::atomic<std::size_t> written { 0 }, consumed { 0 };
};

} // namespace tiller
