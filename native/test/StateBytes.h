#pragma once

#include "TestSuite.h"
#include "tiller/state/SavedState.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace tiller::test
{

/** The plugin's own part of a component's state: JUCE's VST3 wrapper appends its own data, its length and a mark. */
inline std::vector<std::uint8_t> pluginPart (const std::vector<std::uint8_t>& bytes)
{
    const std::string mark = "JUCEPrivateData";
    const std::size_t end = bytes.size();
    // A placeholder for the length before the data, and the length behind it.
    const std::size_t trailer = mark.size() + 2 * sizeof (std::uint64_t);

    if (end < trailer || std::memcmp (bytes.data() + end - mark.size(), mark.data(), mark.size()) != 0)
        return bytes;

    std::uint64_t length = 0;
    std::memcpy (&length, bytes.data() + end - mark.size() - sizeof (length), sizeof (length));
    return { bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t> (trailer + length) };
}

/** A component's state, decoded by the plugin's own code. */
inline SavedState decodeState (const std::vector<std::uint8_t>& bytes)
{
    std::string error;
    const auto own = pluginPart (bytes);
    const auto state = SavedState::decode (own.data(), own.size(), error);
    CHECK (state.has_value(), error);
    return *state;
}

} // namespace tiller::test
