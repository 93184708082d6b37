#include "tiller/plugin/EngineLocation.h"

namespace tiller
{

namespace
{
   #if JUCE_WINDOWS
    constexpr auto nodeName = "node.exe";
   #else
    constexpr auto nodeName = "node";
   #endif

    /** The engine makes next to no garbage while it plays; the default, 16 MB twice for each thread, is kept for good once it was touched. */
    constexpr auto youngGeneration = "--max-semi-space-size=1";
}

juce::File findEngineFolder()
{
    const auto binaryFolder = juce::File::getSpecialLocation (juce::File::currentExecutableFile).getParentDirectory();
    // Bundles have it among their resources; plain folders (LV2, Standalone) beside the binary.
    const auto inBundle = binaryFolder.getParentDirectory().getChildFile ("Resources/engine");
    return inBundle.isDirectory() ? inBundle : binaryFolder.getChildFile ("engine");
}

CommandLine engineCommand (const juce::File& folder)
{
    const auto path = [&folder] (const char* name) { return folder.getChildFile (name).getFullPathName().toStdString(); };
    return { path (nodeName), youngGeneration, path ("dist/engine/host.js") };
}

juce::File findWebViewHelper()
{
    return findEngineFolder().getChildFile ("tiller-webview");
}

} // namespace tiller
