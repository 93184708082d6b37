// The supervisor with the real engine on Windows; TILLER_TEST_ENGINE names the folder of the packed engine.

#include "CoreTests.h"

#include "tiller/engine/BlockTransport.h"
#include "tiller/engine/ControlChannel.h"
#include "tiller/engine/EngineSupervisor.h"
#include "tiller/process/windows/Handle.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace tiller::test
{

namespace
{

std::string engineFolder()
{
    const wchar_t* folder = _wgetenv (L"TILLER_TEST_ENGINE");
    return folder != nullptr ? std::filesystem::path (folder).u8string() : std::string();
}

/** A supervisor of the packed engine, with its own model. */
struct RealEngine
{
    static constexpr int blockSize = 512;

    AudioExchange exchange { StreamClock::system() };
    PresetDocument document;
    ParameterTable table;
    PresetRecall recall;
    BlockTransport transport { exchange, recall };
    ControlChannel control { document, table, recall, exchange, [] {} };
    EngineSupervisor supervisor { { engineFolder() + "\\node.exe", engineFolder() + "\\dist\\engine\\host.js" }, control, transport, StartQueue::shared() };

    RealEngine()
    {
        transport.prepare ({ 48000.0, blockSize, 2 }, { 0, 0 });
        supervisor.start();
        CHECK (becomesReady(), control.takeSnapshot().failure);
    }

    bool becomesReady() { return eventually (patience, [&] { return exchange.isEngineReady(); }); }

    /** The left output for a second and a half of noise. */
    std::vector<float> render()
    {
        std::mt19937 random (5);
        std::uniform_real_distribution<float> sample (-0.3f, 0.3f);
        std::vector<float> left (blockSize), right (blockSize), output;

        for (int i = 0; i < 140; ++i)
        {
            std::generate (left.begin(), left.end(), [&] { return sample (random); });
            right = left;
            const float* in[] { left.data(), right.data() };
            float* out[] { left.data(), right.data() };
            HostBlock block;
            block.input = in;
            block.output = out;
            block.numSamples = blockSize;
            block.offline = true;
            block.renderStart = block.hostReset = i == 0;
            exchange.beginCall ({ blockSize, true, false });
            exchange.process (block);
            output.insert (output.end(), left.begin(), left.end());
        }

        return output;
    }
};

void rendersAreEqual()
{
    RealEngine engine;
    const auto first = engine.render(), second = engine.render();
    const auto loudest = std::abs (*std::max_element (first.begin(), first.end(), [] (float a, float b) { return std::abs (a) < std::abs (b); }));
    CHECK (loudest > 1e-4f && loudest <= 1.0f, loudest);
    CHECK (first == second, "two renders differ");
}

void anEngineThatWasKilledIsReplaced()
{
    RealEngine engine;
    const auto first = engine.render();
    const auto pid = engine.control.takeSnapshot().processId;
    const Handle process (OpenProcess (PROCESS_TERMINATE | SYNCHRONIZE, FALSE, pid));
    CHECK (process, "no process ", pid);
    TerminateProcess (process.get(), 9);
    CHECK (eventually (patience, [&] { return engine.control.takeSnapshot().restarts > 0; }), "its end was not noticed");
    CHECK (eventually (patience, [&] { return engine.render() == first; }), "the new engine is not heard");
    CHECK (engine.control.takeSnapshot().processId != pid);
}

} // namespace

void addWindowsEngineTests (Suite& suite)
{
    if (engineFolder().empty())
        return;

    suite.add ("real engine: renders are equal", rendersAreEqual);
    suite.add ("real engine: one that was killed is replaced", anEngineThatWasKilledIsReplaced);
}

} // namespace tiller::test
