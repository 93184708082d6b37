#pragma once

#include "Checks.h"
#include "EngineChildren.h"
#include "tiller/generated/PluginProtocol.h"
#include "Rendering.h"

#include <cmath>
#include <string>

namespace tiller::test
{

/** The built VST3 with the tests' own engine (test/native/fake-engine.ts). */
inline std::string bundle;

constexpr int engineLatency = 300;
constexpr int amount = 16, glide = 17, dryWet = 18, latentNoise = 22, bypass = static_cast<int> (protocol::bypassIndex);

/** Where the engine is heard: half of the input, as `amount` is a half and the dry track is not scaled. */
constexpr float level = 0.5f, steered = 0.25f;

/** The margin that the engine asks for without a model: see src/engine/host/margin.ts. */
inline int expectedLatency (const StreamSetup& setup)
{
    return engineLatency + static_cast<int> (std::ceil (0.002 * setup.rate)) + setup.maxBlock;
}

/** Has the engine commit a fault at its next chance. */
void commit (const char* fault);

/** One instance that plays live, its engine heard. */
struct LiveRig
{
    StreamSetup setup { 48000.0, 128, 2, 2, false };
    Vst3Instance plugin { bundle };
    std::unique_ptr<Live> live;

    LiveRig();

    /** Plays until another engine stands by, its program loaded. */
    void waitForStandby();

    /** Seconds until the engine is heard again after something happened to it, having checked that it was away. */
    double recovery (double limit = 5.0);
};

// Each file's tests.
void addLifeTests (Suite&);
void addStreamTests (Suite&);
void addOfflineTests (Suite&);
void addStateTests (Suite&);
void addProgramTests (Suite&);
void addFaultTests (Suite&);

/** What the test of a killed host starts: plays, tells its engines' processes and goes on until it is killed. */
int playUntilKilled();

} // namespace tiller::test
