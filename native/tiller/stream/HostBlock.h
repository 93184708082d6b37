#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <cstdint>
#include <limits>

namespace tiller
{

/** What the host wants processed in one call, in blocks that the engine takes. */
struct HostCall
{
    int numSamples = 0;             ///< at most the prepared `maxBlock`
    bool offline = false;           ///< the host renders offline: wait for the engine
    bool prefetch = false;          ///< the host calls without a deadline, though it does not render (VST3's kPrefetch): wait for the engine, too
};

/** Where a block lies in the music. */
struct MusicalTime
{
    float tempo = 0.0f;             ///< quarter notes per minute; 0 where the host tells none
    bool playing = false;           ///< the transport runs, and `beat` is its position
    double beat = 0.0;              ///< quarter notes since a bar began that all others are counted from
    float beatsPerBar = 4.0f;       ///< quarter notes
    bool hasSongSample = false;     ///< `songSample` is known, and valid while the transport runs
    std::int64_t songSample = 0;    ///< samples since the song began

    /** The same `samples` later. */
    MusicalTime after (int samples, double rate) const noexcept
    {
        auto later = *this;
        later.beat += samples * static_cast<double> (tempo) / 60.0 / rate;
        later.songSample += samples;
        return later;
    }
};

/** One audio block of the host; input and output may be the same buffers. Events are ordered by their offset in samples. */
struct HostBlock
{
    const float* const* input = nullptr;
    float* const* output = nullptr;
    int numSamples = 0;                                 ///< at most `maxEngineBlock` of the format
    const protocol::ParameterEvent* parameterEvents = nullptr;
    std::uint32_t parameterEventCount = 0;
    const protocol::MidiEvent* midiEvents = nullptr;
    std::uint32_t midiEventCount = 0;
    bool allParameters = false;     ///< its parameter events are all that a new engine lacks, not only what has changed
    bool recallPending = false;     ///< a request for a preset was not answered when its parameters were read
    std::uint32_t recall = 0;       ///< number of the last request for a preset, in this block or before it: see `PresetRecall`
    bool renderStart = false;       ///< an offline render starts with this block: the engine clears its state
    bool hostReset = false;         ///< the host reset the plugin: nothing from before is heard, and the engine clears its state
    bool offline = false;           ///< the host renders offline: wait for the engine
    std::uint32_t leastLatency = 0; ///< in total the output is late by at least this, in samples
    bool hostBypass = false;        ///< the host bypasses the plugin for this whole block: only the dry signal is heard
    /**
        The bypass parameter is on. The engine applies it at its sample; while the engine is unavailable the dry signal is
        heard, even where the user asked for silence.
    */
    bool fallBackToDry = false;
    /** The dry signal does not exceed this magnitude where it replaces the engine; that of a bypass is not limited. */
    float ceiling = std::numeric_limits<float>::infinity();
    MusicalTime time;
};

} // namespace tiller
