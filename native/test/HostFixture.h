#pragma once

#include "ProcessInfo.h"
#include "Rendering.h"
#include "StateBytes.h"
#include "TestSuite.h"

#include "tiller/generated/PluginProtocol.h"
#include "tiller/state/ParameterTable.h"

#include <cmath>
#include <string>

namespace tiller::test
{

/** The built VST3 with the tests' own engine (test/native/fake-engine.ts). */
inline std::string bundle;

constexpr int engineLatency = 300;
constexpr int amount = 16, glide = 17, dryWet = 18, latentNoise = 22, bypass = static_cast<int> (protocol::bypassIndex);

/** A constant input, and what the engine makes of it with an `amount` of a half; the dry signal is not scaled. */
constexpr float level = 0.5f, steered = 0.25f;

/** With the margin that the engine asks for without a model: see src/engine/host/margin.ts. */
inline int expectedLatency (const StreamSetup& setup)
{
    return engineLatency + static_cast<int> (std::ceil (0.002 * setup.rate)) + setup.maxBlock;
}

/** Has the engine inject a fault at its next tick: see test/native/fake-engine.ts. */
void inject (const char* fault);

/** One instance that plays live; its engine has been heard. */
struct LiveFixture
{
    StreamSetup setup { 48000.0, 128, 2, 2, false };
    Vst3Instance plugin { bundle };
    std::unique_ptr<Live> live;

    LiveFixture();

    /** Plays until a standby process is ready. */
    void waitForStandby();

    /** Plays until the engine is heard again after a fault, and checks that it was not heard for a while. Returns the time in seconds. */
    double recover();
};

// The tests of each file.
void addLifecycleTests (Suite&);
void addAutomationTests (Suite&);
void addStreamTests (Suite&);
void addTimeTests (Suite&);
void addBlockSizeTests (Suite&);
void addOfflineTests (Suite&);
void addStateTests (Suite&);
void addProgramTests (Suite&);
void addFaultTests (Suite&);

/** The host process of the tests that kill it: plays, prints the process ids of its engines, and goes on. */
int playUntilKilled();

} // namespace tiller::test
