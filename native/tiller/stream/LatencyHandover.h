#pragma once

#include "tiller/stream/StreamFormat.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace tiller
{

/** Carries the engine's latency from the I/O thread to the audio thread, lock-free. One writer. */
class LatencyHandover
{
public:
    struct Value
    {
        Latency latency;
        /** Position from which another model plays: it has to fill up before it is heard. Empty where the stream goes on. */
        std::optional<std::uint32_t> modelChangedAt;
    };

    /** [main-thread, io-thread] */
    void set (Latency latency, std::optional<std::uint32_t> modelChangedAt = {}) noexcept
    {
        position.store (modelChangedAt.value_or (0), std::memory_order_relaxed);
        hasPosition.store (modelChangedAt.has_value(), std::memory_order_relaxed);
        packed.store ((std::uint64_t { latency.model } << 32) | latency.scheduling, std::memory_order_release);
    }

    /** [any-thread] */
    Latency latency() const noexcept
    {
        const auto value = packed.load (std::memory_order_acquire);
        return { static_cast<std::uint32_t> (value >> 32), static_cast<std::uint32_t> (value) };
    }

    /** [audio-thread] */
    Value get() const noexcept
    {
        // The latency first: the writer stores it last, so a new latency is never seen with an old position.
        const auto value = latency();
        const bool changed = hasPosition.load (std::memory_order_relaxed);
        return { value, changed ? std::optional (position.load (std::memory_order_relaxed)) : std::nullopt };
    }

private:
    std::atomic<std::uint64_t> packed { 0 };
    std::atomic<bool> hasPosition { false };
    std::atomic<std::uint32_t> position { 0 };
};

} // namespace tiller
