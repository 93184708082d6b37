#pragma once

#include "TestSuite.h"
#include "TestSystem.h"

#include "tiller/engine/BlockTransport.h"
#include "tiller/engine/ControlChannel.h"
#include "tiller/engine/EngineSupervisor.h"

#include <string>
#include <vector>

namespace tiller::test
{

/** What the stub engine reports, in samples: its latency, its margin, the position from which it plays another model, and that model's latency. */
constexpr std::uint32_t stubLatency = 300, stubMargin = 100, modelChange = 6400, secondLatency = 700;

/** A supervisor with a stub engine, its stream prepared. */
struct SupervisorFixture
{
    static constexpr int blockSize = 128;

    AudioExchange exchange;
    PresetDocument document;
    ParameterTable table;
    PresetRecall recall;
    BlockTransport transport { exchange, recall };
    ControlChannel control { document, table, recall, exchange, [] {} };
    EngineSupervisor supervisor;

    explicit SupervisorFixture (StreamClock& clock = StreamClock::system(), double rate = 48000.0)
        : SupervisorFixture (StartQueue::shared(), clock, rate)
    {
        CHECK (eventually (patience, [&] { return exchange.isEngineReady(); }), "the engine was never ready");
    }

    /** Does not wait for the engine. */
    explicit SupervisorFixture (std::shared_ptr<StartQueue> starts, StreamClock& clock = StreamClock::system(), double rate = 48000.0)
        : exchange (clock), supervisor ({ thisProgram(), "--engine" }, control, transport, std::move (starts))
    {
        document.load ("{}");
        table.setUsesEngineDefaults (false);

        for (std::size_t i = 0; i < ParameterTable::size; ++i)
            table.markSent (i, table.value (i));

        prepare (rate);
        supervisor.start();
    }

    void prepare (double rate) { transport.prepare ({ rate, blockSize, 1 }, { stubLatency, stubMargin }); }

    /** As the plugin does where a project is loaded. */
    void loadProject()
    {
        control.beginLoading();
        control.finishLoading ({});
    }

    /** Plays `input`, a whole number of blocks, as fast as this thread runs: offline, prefetching, or as a live host. */
    std::vector<float> play (const std::vector<float>& input, bool offline, bool prefetch = false)
    {
        std::vector<float> output (input.size());

        for (std::size_t at = 0; at < input.size(); at += blockSize)
        {
            const float* from = input.data() + at;
            float* to = output.data() + at;
            HostBlock block;
            block.input = &from;
            block.output = &to;
            block.numSamples = blockSize;
            block.offline = offline;
            exchange.beginCall ({ blockSize, offline, prefetch });
            exchange.process (block);
        }

        return output;
    }

    /** Gives the engine a command. */
    void send (const std::string& text) { recall.request ({ PresetRequest::none, text }); }

    /** Gives the engine a command (see StubEngine.cpp) and waits until it has run it. */
    void command (const std::string& text)
    {
        send (text);
        CHECK (eventually (patience, [&] { snapshot = control.takeSnapshot(); return snapshot.namesJson == text; }), text);
    }

    EngineSnapshot snapshot;
};

} // namespace tiller::test
