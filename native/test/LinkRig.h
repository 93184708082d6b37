#pragma once

#include "Checks.h"
#include "tiller/engine/EngineLink.h"

#include <vector>

namespace tiller::test
{

/** What the engine of the link's tests says of itself, in samples, and the sample at which it plays another model. */
constexpr std::uint32_t linkLatency = 300, linkMargin = 100, linkChange = 6400, linkLatencyLater = 700;

/** Serves the pipes of this process as an engine does, until they close. */
void beAnEngine();

/** A link to an engine of its own, its stream prepared. */
struct LinkRig
{
    static constexpr int block = 128;

    AudioExchange exchange;
    PresetMemory presets;
    ParameterTable table;
    EngineLink link { exchange, presets, table, { "/proc/self/exe", "--engine" }, [] {} };

    LinkRig()
    {
        presets.load ("{}");
        table.setEngineChooses (false);

        for (std::size_t i = 0; i < ParameterTable::size; ++i)
            table.setTold (i, table.value (i));

        prepare (48000.0);
        link.start();
        CHECK (exchange.waitUntilReady(), "the engine was never ready");
    }

    void prepare (double rate) { link.prepare ({ rate, block, 1 }, { linkLatency, linkMargin }); }

    /** Plays `input`, a whole number of blocks, offline or as fast as this thread runs. */
    std::vector<float> play (const std::vector<float>& input, bool offline)
    {
        std::vector<float> output (input.size());

        for (std::size_t at = 0; at < input.size(); at += block)
        {
            const float* from = input.data() + at;
            float* to = output.data() + at;
            HostBlock next;
            next.input = &from;
            next.output = &to;
            next.frames = block;
            next.offline = offline;
            exchange.process (next);
        }

        return output;
    }

    /** Has the engine do what LinkEngine.cpp knows, and waits until it has. */
    void ask (const std::string& wish)
    {
        link.loadPreset (wish);
        CHECK (eventually (5.0, [&] { view = link.takeView(); return view.namesJson == wish; }), wish);
    }

    EngineView view;
};

void addLinkTests (Suite&);

} // namespace tiller::test
