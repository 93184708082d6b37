// The built VST3 in a headless host, with a fake engine (test/native/fake-engine.ts).

#include "HostFixture.h"

using namespace tiller::test;

int main (int count, char** arguments)
{
    const std::string first = count > 1 ? arguments[1] : "";
    const std::string second = count > 2 ? arguments[2] : "";

    if (first == "--play")
    {
        bundle = second;
        return playUntilKilled();
    }

    bundle = first;
    Suite suite;
    addLifecycleTests (suite);
    addAutomationTests (suite);
    addStreamTests (suite);
    addTimeTests (suite);
    addBlockSizeTests (suite);
    addOfflineTests (suite);
    addStateTests (suite);
    addProgramTests (suite);
    addFaultTests (suite);
    return suite.run (second);
}
