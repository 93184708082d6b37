#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace tiller
{

/** What the host prepared the plugin for. */
struct StreamFormat
{
    double rate = 0.0;      ///< in Hz
    int maxBlock = 0;       ///< the largest block of the host, in samples
    int channels = 0;       ///< 1 or 2; 0 while the plugin is not prepared

    /** The largest block that the engine takes, in samples: longer ones of the host are sent in parts. */
    int maxEngineBlock() const noexcept { return std::min (maxBlock, static_cast<int> (protocol::maxBlock)); }
};

/** What the output lags the input by, beyond one block of the largest size; in samples at the host's rate. */
struct Latency
{
    std::uint32_t model = 0;        ///< the engine's own: hop, resamplers, model, limiter look-ahead
    std::uint32_t scheduling = 0;   ///< how much later than one block the engine may deliver

    bool operator== (const Latency& other) const noexcept { return model == other.model && scheduling == other.scheduling; }
    bool operator!= (const Latency& other) const noexcept { return ! (*this == other); }
};

/** What went wrong since the stream was prepared, or since an offline render began. [any-thread] */
struct StreamCounters
{
    std::atomic<std::uint32_t> underruns { 0 };         ///< times the output fell back to the dry signal
    std::atomic<std::uint32_t> droppedBlocks { 0 };     ///< host blocks that found the queue to the engine full
    std::atomic<std::uint32_t> lateBlocks { 0 };        ///< engine blocks that arrived after they were due
    std::atomic<std::uint32_t> invalidBlocks { 0 };     ///< engine blocks with a NaN or an infinity
    std::atomic<std::uint32_t> offlineTimeouts { 0 };   ///< times an offline render stopped waiting for the engine
    std::atomic<std::uint32_t> offlineDrySamples { 0 }; ///< of the last offline render, where the engine should have been heard

    /** Leaves what is known of the last offline render: it may be read after the host has prepared the plugin to play on. */
    void reset() noexcept
    {
        for (auto* counter : { &underruns, &droppedBlocks, &lateBlocks, &invalidBlocks, &offlineTimeouts })
            counter->store (0);
    }
};

} // namespace tiller
