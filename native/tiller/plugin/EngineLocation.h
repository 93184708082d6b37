#pragma once

#include "tiller/process/ChildProcess.h"

#include <juce_core/juce_core.h>

namespace tiller
{

/** The folder of the engine in the bundle of this binary; it may not exist. [any-thread] */
juce::File findEngineFolder();

/** The command that starts the engine in `folder`. [any-thread] */
CommandLine engineCommand (const juce::File& folder);

/** The helper program that shows the page in a window of its own on Linux; it may not exist. [any-thread] */
juce::File findWebViewHelper();

} // namespace tiller
