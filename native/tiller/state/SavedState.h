#pragma once

#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/state/PresetRecall.h"
#include "tiller/stream/StreamFormat.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/**
    What the host's project stores for one instance: chunks with a tag and a length, and a checksum over all of them. Chunks
    that this version does not know are kept and written back, so that an older version loses nothing of a newer one.
*/
struct SavedState
{
    struct Chunk
    {
        std::array<char, 4> tag;
        std::string bytes;
    };

    /** By index, in plain units; a parameter that the project does not contain has its initial value. */
    std::array<float, ParameterTable::size> parameters {};
    /** The instrument as JSON, never parsed here; empty for the default one, and where it is compressed. */
    std::string preset;
    /** As `compressPreset` makes it, where the preset is long; earlier versions find no preset in such a state. */
    std::string compressedPreset;
    /** The latency that the engine reported last, and the stream it was for: rate in Hz, block in samples. */
    Latency latency;
    double rate = 0.0;
    std::int32_t maxBlock = 0;
    /** The latency that the player has fixed, in milliseconds; 0 where it follows the model. */
    float fixedLatency = 0.0f;
    /** Of the plugin's window, in pixels; 0 where it was never opened. */
    std::int32_t windowWidth = 0, windowHeight = 0;
    /** As `HostProgram::selected`; earlier versions keep it as an unknown chunk. */
    std::int32_t program = HostProgram::none;
    /** A preset that was asked for, and that the engine had not recalled when the project was saved. */
    std::optional<PresetRequest> recall;
    std::vector<Chunk> unknown;

    /** The state of a new instance. [any-thread] but the audio thread */
    SavedState();

    /** [any-thread] but the audio thread */
    std::vector<std::uint8_t> encode() const;

    /** The state in `bytes`; empty, with a message for the user in `error`, where they are no state, damaged or of a newer format. [any-thread] but the audio thread */
    static std::optional<SavedState> decode (const std::uint8_t* bytes, std::size_t size, std::string& error);
};

} // namespace tiller
