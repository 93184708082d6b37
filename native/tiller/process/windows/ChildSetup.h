#pragma once

#include "tiller/process/ChildProcess.h"

#include <string>

namespace tiller
{

/** UTF-8 as UTF-16. */
std::wstring wideText (const std::string& utf8);

/**
    The command line from which the C runtime of the child takes apart the same arguments (Microsoft, "Parsing C command-line
    arguments"): each in quotes, with the backslashes before a quote doubled.
*/
std::wstring quotedCommandLine (const CommandLine&);

/**
    The host's environment as CreateProcess takes it, without the variables that hosts set for a runtime of their own: a
    NODE_OPTIONS of the host's would change the engine.
*/
std::wstring childEnvironment();

} // namespace tiller
