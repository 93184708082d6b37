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

    Suite suite;
    addCallPatternTests (suite);
    addHostLeadTests (suite);
    addIpcTests (suite);
    addProcessTests (suite);
    addStateTests (suite);
    addStreamTests (suite);
    addAutomationPointTests (suite);
    addRecallOrderTests (suite);
    addSupervisorTests (suite);
    return suite.run (first);
}
