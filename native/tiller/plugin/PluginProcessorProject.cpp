// What the host stores and lists of the plugin: its state, the names of its parameters, and its programs.

#include "tiller/plugin/PluginProcessor.h"

#include "tiller/plugin/PresetCompression.h"

#include <algorithm>
#include <utility>

namespace tiller
{

void PluginProcessor::updateParameterNames (const std::string& namesJson)
{
    if (namesJson == namesShown)
        return;

    namesShown = namesJson;
    const auto names = juce::JSON::parse (juce::String::fromUTF8 (namesJson.data(), static_cast<int> (namesJson.size())));

    if (! names.isArray())
        return;

    bool changed = false;

    for (int i = 0; i < juce::jmin (names.size(), static_cast<int> (hostParameters.size())); ++i)
        changed = hostParameters[static_cast<std::size_t> (i)]->rename (names[i].toString()) || changed;

    if (changed)
        updateHostDisplay (ChangeDetails().withParameterInfoChanged (true));
}

/** Hosts are not notified: Ardour reacts by loading the program that it displays. */
void PluginProcessor::updatePrograms()
{
    if (snapshot.presetsJson != presetsShown)
    {
        presetsShown = snapshot.presetsJson;
        auto parsed = parsePresetList (snapshot.presetsJson);
        const std::lock_guard lock (programsMutex);
        presets.swap (parsed);
    }

    if (! snapshot.programs)
        return;

    const auto& [isOn, channel, json] = *snapshot.programs;
    ProgramList list { isOn, channel, ProgramList::parseAssignments (juce::JSON::parse (juce::String::fromUTF8 (json.data(), static_cast<int> (json.size())))) };
    programFilter.set (list.isOn, list.channel);
    const std::lock_guard lock (programsMutex);
    std::swap (programs, list);
}

//==============================================================================
int PluginProcessor::getNumPrograms()
{
    if (wrapperType == wrapperType_VST3)
        return listsPrograms ? HostProgram::count : 0;

    // The LV2 wrapper would make a preset of each.
    return wrapperType == wrapperType_LV2 ? 0 : 1;
}

const juce::String PluginProcessor::getProgramName (int index)
{
    const std::lock_guard lock (programsMutex);

    if (const auto id = programs.presetOf (index); ! id.empty())
    {
        const auto found = std::find_if (presets.begin(), presets.end(), [&] (const auto& preset) { return preset.id.toStdString() == id; });
        return found != presets.end() ? found->name : juce::String::fromUTF8 (id.c_str());
    }

    // Never empty: a host that leaves out programs without a name would count the others wrongly.
    return "Program " + juce::String (index + 1);
}

//==============================================================================
/** By identifier where that is known: the player may assign the program to another preset before the project is opened. */
std::optional<PresetRequest> PluginProcessor::pendingRecall() const
{
    auto pending = recall.pending();
    const std::lock_guard lock (programsMutex);

    if (pending && pending->program != PresetRequest::none)
        if (auto id = programs.presetOf (pending->program); ! id.empty())
            return PresetRequest { PresetRequest::none, std::move (id) };

    return pending;
}

void PluginProcessor::getStateInformation (juce::MemoryBlock& target)
{
    if (auto unreadable = project.unreadable(); ! unreadable.isEmpty())
    {
        target = std::move (unreadable);
        return;
    }

    auto saved = project.saved();
    // Before the preset: what is recalled in between is then saved twice, and not lost.
    saved.recall = pendingRecall();
    saved.preset = document.preset();
    saved.program = hostProgram.selected();

    if (saved.preset.size() > maxUncompressedPreset)
        saved.compressedPreset = compressPreset (std::exchange (saved.preset, {}));

    for (std::size_t i = 0; i < saved.parameters.size(); ++i)
        saved.parameters[i] = table.value (i);

    const auto bytes = saved.encode();
    target.replaceAll (bytes.data(), bytes.size());
}

void PluginProcessor::setStateInformation (const void* data, int size)
{
    control.beginLoading();
    const float fixedBefore = project.fixedLatency();
    const auto [loaded, isReadable] = project.load (data, size);
    document.load (loaded.preset);
    table.setUsesEngineDefaults (loaded.preset.empty());
    hostProgram.restore (isReadable ? loaded.program : HostProgram::unknown);

    for (std::size_t i = 0; i < hostParameters.size(); ++i)
        hostParameters[i]->setFromProject (loaded.parameters[i]);

    if (table.usesEngineDefaults())
        table.invalidateAll();

    control.finishLoading (loaded.recall);
    supervisor.wakeUp();

    // Hosts read the latency once they have loaded a project, and may render at once.
    if (const auto& format = exchange.streamFormat(); format.channels != 0)
    {
        transport.expectLatency (project.expectedLatency (format.rate));

        if (loaded.fixedLatency > 0.0f || fixedBefore > 0.0f)
            transport.setLeastLatency (fixedLatencySamples());

        reportLatency();
    }

    sendChangeMessage();
}

} // namespace tiller
