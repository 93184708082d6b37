#pragma once

#include "tiller/stream/Declicker.h"
#include "tiller/stream/DelayLine.h"
#include "tiller/stream/HostBlock.h"
#include "tiller/stream/JitterBuffer.h"
#include "tiller/stream/LatencyHandover.h"
#include "tiller/stream/PeakLimiter.h"
#include "tiller/stream/StreamFormat.h"
#include "tiller/stream/StreamPosition.h"

#include <cstddef>
#include <cstdint>

namespace tiller
{

/**
    Makes the output: the engine's audio where it is there in time, else the dry signal, delayed by the same latency, with
    crossfades and without clicks between the two. [audio-thread], unless stated otherwise
*/
class OutputMixer
{
public:
    /** Allocates for a stream that starts at position 0. [main-thread] while no audio flows. */
    void prepare (const StreamFormat&, Latency, std::size_t dryCapacitySamples, bool silenceOnFault);

    /** Frees what `prepare` allocated. [main-thread] while no audio flows. */
    void release() noexcept;

    /** Keeps the block's input for the dry signal. Call once for each block, before its output is written. */
    void storeInput (const HostBlock&, std::uint32_t position) noexcept;

    /** From `position` on it is as if nothing had been played before. */
    void reset (std::uint32_t position) noexcept;

    /** Engine audio of earlier positions is not heard: an offline render begins here. */
    void muteEngineBefore (std::uint32_t position) noexcept { engineFrom.set (position); }

    /** Position from which the engine may be heard at all. */
    std::uint32_t engineAudibleFrom() const noexcept        { return engineFrom.position(); }

    /**
        Takes over the engine's latency as it was set last; true where it changes with this block. In an offline render another
        model's latency is taken over in the block that plays the model's first position, so that renders are repeatable.
    */
    bool updateLatency (const LatencyHandover::Value&, bool offline, std::uint32_t position) noexcept;

    /** By how many samples engine audio is played later than the input it was made from arrived, without the model's own latency. */
    std::uint32_t playoutDelaySamples() const noexcept
    {
        return latency.scheduling + static_cast<std::uint32_t> (format.maxBlock);
    }

    /**
        Writes the output of the block that starts at `position`; counts underruns. `waited` where the block could wait for the
        engine, and all of its audio is there.
    */
    void process (const HostBlock&, std::uint32_t position, const JitterBuffer& engine, bool silenceOnFault, bool waited, StreamCounters&) noexcept;

private:
    StreamFormat format;
    Latency latency;
    bool latencyChanged = false;
    DelayLine dry;
    PeakLimiter dryLimiter;
    Declicker declicker;
    int fadeSamples = 1;
    PositionThreshold engineFrom;       ///< engine audio of earlier positions is not heard: a render began, or the host reset the plugin
    PositionThreshold modelFilledFrom;  ///< nor is audio of a model that was still filling up
    PositionThreshold dryFrom;          ///< the dry signal of earlier positions is not heard: the host reset the plugin
    float wetGain = 0.0f;               ///< 0 is the dry signal, 1 the engine
    float dryGain = 1.0f;               ///< of the dry signal where it replaces the engine
    bool rebuffering = true;            ///< the engine has to get ahead again before it is heard
};

} // namespace tiller
