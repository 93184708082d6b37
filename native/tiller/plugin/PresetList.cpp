#include "tiller/plugin/PresetList.h"

namespace tiller
{

std::vector<PresetEntry> parsePresetList (const std::string& json)
{
    const auto list = juce::JSON::parse (juce::String::fromUTF8 (json.data(), static_cast<int> (json.size())));
    std::vector<PresetEntry> presets;

    for (int i = 0; i < list.size(); ++i)
    {
        const auto id = list[i].getProperty ("id", {}).toString();
        const auto name = list[i].getProperty ("name", {}).toString();
        presets.push_back ({ id, name.isEmpty() ? id : name });
    }

    return presets;
}

} // namespace tiller
