#pragma once

#include <juce_core/juce_core.h>

#include <string>
#include <vector>

namespace tiller
{

/** A preset as the engine lists it. */
struct PresetEntry
{
    juce::String id, name;
};

/** The engine's list of presets, in its order, from the JSON that it tells; empty where that is none. [any-thread] but the audio thread */
std::vector<PresetEntry> parsePresetList (const std::string& json);

} // namespace tiller
