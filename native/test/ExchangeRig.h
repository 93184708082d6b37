#pragma once

#include "tiller/stream/AudioExchange.h"
#include "Checks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

namespace tiller::test
{

/** An exchange between a host and an engine that answers each block at once: the input, later by its delay, times `gain`. */
struct ExchangeRig
{
    static constexpr float gain = 0.3f;

    AudioExchange exchange;
    const int block;
    Delays delays;
    bool alive = true;              ///< whether the engine answers
    std::vector<float> output;      ///< all that the host has heard
    std::uint32_t position = 0;

    explicit ExchangeRig (int blockSamples = 64, Delays d = { 400, 50 }) : block (blockSamples), delays (d), line (d.engine, 0.0f)
    {
        exchange.prepare ({ 48000.0, block, 1 }, delays);
        exchange.setEngineReady (true);
    }

    /** By how much the output is late, in samples. */
    std::size_t latency() const { return exchange.latencySamples (exchange.delays()); }

    using Signal = std::function<float (std::size_t)>;
    using Change = std::function<void (HostBlock&)>;

    /** Plays so many blocks of `signal`, a function of the sample's number; `change` alters the first. */
    void play (int blocks, const Signal& signal, const Change& change = {})
    {
        for (int b = 0; b < blocks; ++b)
        {
            std::vector<float> in (static_cast<std::size_t> (block)), out (in.size());

            for (std::size_t i = 0; i < in.size(); ++i)
                in[i] = signal (position + i);

            const float* from = in.data();
            float* to = out.data();
            HostBlock next;
            next.input = &from;
            next.output = &to;
            next.frames = block;

            if (b == 0 && change)
                change (next);

            exchange.process (next);
            output.insert (output.end(), out.begin(), out.end());
            answer();
            position += static_cast<std::uint32_t> (block);
        }
    }

private:
    struct Head { std::uint32_t size, type; protocol::to_engine::Block block; };

    /** Takes what was sent, and answers as the link passes answers on. */
    void answer()
    {
        Head head {};
        exchange.toEngine.peek (0, &head, sizeof (head));
        std::vector<float> samples (head.block.frames);
        exchange.toEngine.peek (protocol::frameHeaderBytes + head.size - samples.size() * sizeof (float), samples.data(), samples.size() * sizeof (float));
        exchange.toEngine.drop (protocol::frameHeaderBytes + head.size);

        if (! alive)
            return;

        if ((head.block.flags & protocol::restart) != 0)
            std::fill (line.begin(), line.end(), 0.0f);

        for (std::size_t i = 0; i < samples.size(); ++i)
        {
            auto& delayed = line[(head.block.position + i) % line.size()];
            // As in the engine: what is no number counts as silence.
            samples[i] = std::exchange (delayed, std::isfinite (samples[i]) ? gain * samples[i] : 0.0f);
        }

        auto& answers = exchange.fromEngine;

        if (head.block.position == 0 || head.block.position != answers.expected())
            answers.jumpTo (head.block.position, head.block.position == 0 ? 0 : head.block.position + delays.engine);

        answers.write (0, samples.data(), samples.size());
        answers.publish (samples.size());
    }

    std::vector<float> line;
};

void addExchangeTests (Suite&);

} // namespace tiller::test
