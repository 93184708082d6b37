#include "tiller/plugin/ProgramList.h"

#include "tiller/state/PresetRecall.h"

#include <algorithm>

namespace tiller
{

namespace
{
    constexpr juce::int64 maxFileBytes = 1'000'000;

    juce::File folderFromEnvironment (const char* name, const juce::File& otherwise)
    {
        const auto path = juce::SystemStats::getEnvironmentVariable (name, {});
        return juce::File::isAbsolutePath (path) ? juce::File (path) : otherwise;
    }

    /** Where the engine keeps the player's data: src/engine/system/paths.ts. */
    juce::File dataFolder()
    {
        const auto home = juce::File::getSpecialLocation (juce::File::userHomeDirectory);

       #if JUCE_WINDOWS
        return folderFromEnvironment ("LOCALAPPDATA", home.getChildFile ("AppData/Local")).getChildFile ("tiller/Data");
       #elif JUCE_MAC
        return home.getChildFile ("Library/Application Support/tiller");
       #else
        return folderFromEnvironment ("XDG_DATA_HOME", home.getChildFile (".local/share")).getChildFile ("tiller");
       #endif
    }
}

std::string ProgramList::presetOf (int program) const
{
    const auto found = std::find_if (assignments.begin(), assignments.end(), [program] (const auto& a) { return a.program == program; });
    return found != assignments.end() ? found->preset : std::string {};
}

std::vector<ProgramList::Assignment> ProgramList::parseAssignments (const juce::var& list)
{
    std::vector<Assignment> assignments;

    for (int i = 0; i < list.size(); ++i)
    {
        const int program = list[i].getProperty ("program", PresetRequest::none);
        const auto preset = list[i].getProperty ("preset", {}).toString();

        if (program >= 0 && program <= PresetRequest::maxProgram && preset.isNotEmpty())
            assignments.push_back ({ program, preset.toStdString() });
    }

    return assignments;
}

ProgramList ProgramList::readFile()
{
    const auto file = dataFolder().getChildFile ("presets/programs.json");
    ProgramList list;

    if (! file.existsAsFile() || file.getSize() > maxFileBytes)
        return list;

    const auto content = juce::JSON::parse (file.loadFileAsString());

    if (content.getProperty ("format", {}).toString() != "tiller-programs" || static_cast<int> (content.getProperty ("version", 0)) != 1)
        return list;

    list.isOn = content.getProperty ("on", false);
    list.channel = juce::jlimit (0, 16, static_cast<int> (content.getProperty ("channel", 0)));
    list.assignments = parseAssignments (content.getProperty ("assignments", {}));
    return list;
}

} // namespace tiller
