#pragma once

#include "tiller/process/ChildProcess.h"

#include <juce_core/juce_core.h>

namespace tiller
{

/** The folder with the engine that came with this binary, found relative to it; a missing one does not exist. [any-thread] */
juce::File findEngineFolder();

/** What starts the engine in `folder`. [any-thread] */
CommandLine engineCommand (const juce::File& folder);

/** The program that shows the page in a window of its own on Linux; a missing one does not exist. [any-thread] */
juce::File findWebViewHelper();

} // namespace tiller
