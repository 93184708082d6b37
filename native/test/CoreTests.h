#pragma once

#include "TestSuite.h"

namespace tiller::test
{

// The tests of each file that need neither JUCE nor a plugin.
void addCallPatternTests (Suite&);
void addHostLatencyTests (Suite&);
void addHostLeadTests (Suite&);
void addIpcTests (Suite&);
void addPriorityTests (Suite&);
void addProcessTests (Suite&);
void addStateTests (Suite&);
void addStreamTests (Suite&);
void addAutomationPointTests (Suite&);
void addSupervisorTests (Suite&);
void addRecallOrderTests (Suite&);
void addTransportRaceTests (Suite&);

// On Linux only.
void addRealtimeKitTests (Suite&);

// On Windows only.
void addWindowsProcessTests (Suite&);
void addWindowsEngineTests (Suite&);

/** What the tests of child processes start; the exit code, or -1 where the arguments ask for something else. */
int runWindowsChild (const std::vector<std::string>& arguments);

/** Serves stdin and stdout of this process as an engine does, until stdin ends: see StubEngine.cpp. */
void runStubEngine();

} // namespace tiller::test
