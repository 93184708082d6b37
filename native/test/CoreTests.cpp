// What needs neither JUCE nor a plugin.

#include "CoreTests.h"

using namespace tiller::test;

int main (int count, char** arguments)
{
    const std::string first = count > 1 ? arguments[1] : "";

    if (first == "--engine")
    {
        runStubEngine();
        return 0;
    }

   #if defined (_WIN32)
    if (const int code = runWindowsChild ({ arguments, arguments + count }); code >= 0)
        return code;
   #endif

    Suite suite;
    addCallPatternTests (suite);
    addHostLatencyTests (suite);
    addHostLeadTests (suite);
    addIpcTests (suite);
   #if defined (_WIN32)
    addWindowsProcessTests (suite);
    addWindowsEngineTests (suite);
   #else
   #if defined (__linux__)
    // The first that uses D-Bus: its library reads the bus's address once.
    addRealtimeKitTests (suite);
   #endif
    addPriorityTests (suite);
    addProcessTests (suite);
   #endif
    addStateTests (suite);
    addStreamTests (suite);
    addAutomationPointTests (suite);
    addRecallOrderTests (suite);
    addTransportRaceTests (suite);
    addSupervisorTests (suite);
    return suite.run (first);
}
