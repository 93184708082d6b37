#pragma once

#include "tiller/stream/AudioExchange.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/**
    What the host's project keeps of one instance. Chunks with a tag, a length and a checksum over everything; chunks
    that this version does not know are kept and written back, so that an older version loses nothing of a newer one's.
*/
struct SavedState
{
    struct Chunk
    {
        std::array<char, 4> tag;
        std::string bytes;
    };

    /** Plain values by index; a parameter that the bytes do not mention has its initial value. */
    std::array<float, ParameterTable::size> parameters {};
    /** The instrument as JSON, never looked into; empty for the default one, and where it is packed. */
    std::string preset;
    /** The same, deflated, where the text is long; versions before this find no preset in such a state. */
    std::string packedPreset;
    /** The latency that the engine told last, and for which stream. */
    Delays delays;
    double rate = 0.0;
    std::int32_t maxBlock = 0;
    std::int32_t windowWidth = 0, windowHeight = 0;
    /** What the host's program parameter shows; versions before this keep it without knowing it. */
    std::int32_t program = HostProgram::none;
    std::vector<Chunk> unknown;

    /** What a new instance has. [any-thread] but the audio thread */
    SavedState();

    /** [any-thread] but the audio thread */
    std::vector<std::uint8_t> encode() const;

    /** The state in `bytes`, or nothing with the reason in `problem`. [any-thread] but the audio thread */
    static std::optional<SavedState> decode (const std::uint8_t* bytes, std::size_t size, std::string& problem);
};

} // namespace tiller
