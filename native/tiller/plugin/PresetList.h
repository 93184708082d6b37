#pragma once

#include <juce_core/juce_core.h>

#include <string>
#include <vector>

namespace tiller
{

/** A preset in the engine's list. */
struct PresetEntry
{
    juce::String id, name;
};

/** The engine's list of presets, in its order, from its JSON; empty where the JSON is invalid. [any-thread] but the audio thread */
std::vector<PresetEntry> parsePresetList (const std::string& json);

} // namespace tiller
