#pragma once

#include "tiller/ipc/RingSize.h"

#include <cstdint>
#include <vector>

namespace tiller
{

/** The dry signal by its position in the stream, readable as far back as the capacity. One thread. */
class DelayLine
{
public:
    /** [main-thread] */
    void allocate (int channelCount, std::size_t minimumSamples)
    {
        const auto size = ringSize (minimumSamples);
        mask = size - 1;
        channels.assign (static_cast<std::size_t> (channelCount), std::vector<float> (size, 0.0f));
    }

    /** Frees the memory. [main-thread] */
    void release() noexcept { channels = {}; }

    /** Stores the sample at `position`. [audio-thread] */
    void write (int channel, std::uint32_t position, float sample) noexcept
    {
        channels[static_cast<std::size_t> (channel)][position & mask] = sample;
    }

    /** The sample at `position`, at most the capacity behind the last one written. [audio-thread] */
    float read (int channel, std::uint32_t position) const noexcept
    {
        return channels[static_cast<std::size_t> (channel)][position & mask];
    }

private:
    std::vector<std::vector<float>> channels;
    std::size_t mask = 0;
};

} // namespace tiller
