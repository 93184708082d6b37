#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tiller
{

/** Bytes that are written together with others: a part of a frame. */
struct Bytes
{
    const void* data;
    std::size_t size;
};

/**
    A lock-free queue of whole frames, one writer and one reader. A frame goes in whole or not at all, so the reader
    never waits for the rest of one.
*/
class ByteQueue
{
public:
    /** Empties the queue and gives it room for at least `capacity` bytes. [main-thread] while nobody reads or writes. */
    void allocate (std::size_t capacity)
    {
        std::size_t size = 1;

        while (size < capacity)
            size <<= 1;

        bytes.assign (size, 0);
        written.store (0, std::memory_order_relaxed);
        taken.store (0, std::memory_order_relaxed);
    }

    /** Appends `count` parts as one frame; false where there is no room. [audio-thread] */
    bool push (const Bytes* parts, std::size_t count) noexcept
    {
        std::size_t total = 0;

        for (std::size_t i = 0; i < count; ++i)
            total += parts[i].size;

        const auto end = written.load (std::memory_order_relaxed);

        if (end - taken.load (std::memory_order_acquire) + total > bytes.size())
            return false;

        auto at = end;

        for (std::size_t i = 0; i < count; ++i)
        {
            copyIn (at, parts[i]);
            at += parts[i].size;
        }

        written.store (at, std::memory_order_release);
        return true;
    }

    /** Bytes that wait to be read. [io-thread] */
    std::size_t readable() const noexcept
    {
        return written.load (std::memory_order_acquire) - taken.load (std::memory_order_relaxed);
    }

    /** Copies `size` bytes from `offset` behind the oldest, which must be readable. [io-thread] */
    void peek (std::size_t offset, void* target, std::size_t size) const noexcept
    {
        if (size == 0)
            return;

        const auto from = (taken.load (std::memory_order_relaxed) + offset) & (bytes.size() - 1);
        const auto first = std::min (size, bytes.size() - from);
        std::memcpy (target, bytes.data() + from, first);
        std::memcpy (static_cast<std::uint8_t*> (target) + first, bytes.data(), size - first);
    }

    /** Forgets the oldest `size` bytes. [io-thread] */
    void drop (std::size_t size) noexcept
    {
        taken.store (taken.load (std::memory_order_relaxed) + size, std::memory_order_release);
    }

private:
    /** Copies over the end to the beginning where it must. [audio-thread] */
    void copyIn (std::size_t position, const Bytes& part) noexcept
    {
        if (part.size == 0)
            return;

        const auto to = position & (bytes.size() - 1);
        const auto first = std::min (part.size, bytes.size() - to);
        std::memcpy (bytes.data() + to, part.data, first);
        std::memcpy (bytes.data(), static_cast<const std::uint8_t*> (part.data) + first, part.size - first);
    }

    std::vector<std::uint8_t> bytes { 0 };
    std::atomic<std::size_t> written { 0 }, taken { 0 };
};

} // namespace tiller
