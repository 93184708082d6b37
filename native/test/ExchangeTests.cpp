// What is heard of the engine and of the track, sample by sample, without a link or a process.

#include "ExchangeRig.h"

#include <cmath>
#include <limits>
#include <random>

namespace tiller::test
{

namespace
{

/** Without an engine the output is the track, as late as was said, without a click where it takes over. */
void dryTrackIsAligned()
{
    AudioExchange exchange;
    exchange.prepare ({ 48000.0, 100, 1 }, { 400, 50 });
    const auto latency = exchange.latencySamples (exchange.delays());
    CHECK_EQUAL (latency, 550u);
    std::vector<float> input (4000), output (4000);

    for (std::size_t i = 0; i < input.size(); ++i)
        input[i] = static_cast<float> (i + 1);

    std::mt19937 random (4);

    for (int at = 0; at < 4000;)
    {
        const int frames = std::min<int> (1 + random() % 100, 4000 - at);
        const float* in = input.data() + at;
        float* out = output.data() + at;
        HostBlock block;
        block.input = &in;
        block.output = &out;
        block.frames = frames;
        exchange.process (block);
        at += frames;
    }

    for (std::size_t i = 0; i < output.size(); ++i)
        CHECK_EQUAL (output[i], i < latency ? 0.0f : input[i - latency]);
}

/** After half a round of the clock (12.4 hours at 48 kHz) no answer was heard any more. */
void theClockMayGoRound()
{
    constexpr std::uint32_t step = 1u << 20;
    AnswerBuffer answers;
    answers.allocate (1, step);
    Threshold threshold;

    for (std::uint64_t at = step; at <= (1ull << 32) + step; at += step)
    {
        answers.publish (step);
        const auto range = answers.readable();
        const auto readable = distance (range.end, range.begin);
        CHECK (readable > 0 && readable <= static_cast<std::int32_t> (answers.capacity()), "after ", at, " samples: ", readable);

        threshold.follow (range.begin);
        CHECK (threshold.isReachedBy (range.end), "after ", at, " samples");
    }
}

/** What is no number on the track stayed in the crossfades, where the engine's answer was clean; a jump kept it for good. */
void notANumberOnTheTrackIsSilence()
{
    for (const float bad : { std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity() })
    {
        ExchangeRig rig;
        rig.play (100, [] (std::size_t) { return 0.25f; });
        rig.play (20, [bad] (std::size_t) { return bad; });
        rig.alive = false;
        rig.play (40, [bad] (std::size_t i) { return i % 3 == 0 ? bad : 0.25f; });
        rig.alive = true;
        rig.play (100, [] (std::size_t) { return 0.25f; });

        for (std::size_t i = 0; i < rig.output.size(); ++i)
            CHECK (std::isfinite (rig.output[i]), "sample ", i);

        CHECK_EQUAL (rig.output.back(), ExchangeRig::gain * 0.25f);
    }
}

/** A mix of track and answer that rounds goes over the ceiling that the engine has kept. */
void theEngineIsHeardExactly()
{
    ExchangeRig rig;
    std::vector<float> track (6400);
    std::mt19937 random (5);
    std::uniform_real_distribution<float> loud (-100.0f, 100.0f);
    std::generate (track.begin(), track.end(), [&] { return loud (random); });
    rig.play (100, [&track] (std::size_t i) { return track[i]; });

    for (std::size_t i = 2000; i < rig.output.size(); ++i)
        CHECK_EQUAL (rig.output[i], ExchangeRig::gain * track[i - rig.latency()]);
}

/** After a host's reset the last of the old sound was played: what waited in the delay line, and answers to it. */
void aResetForgetsTheSound()
{
    for (const bool alive : { true, false })
    {
        ExchangeRig rig;
        rig.alive = alive;
        rig.play (100, [] (std::size_t) { return 0.25f; });
        const auto reset = rig.output.size();
        rig.play (50, [] (std::size_t) { return 0.0f; }, [] (HostBlock& block) { block.fresh = true; });

        for (std::size_t i = reset; i < rig.output.size(); ++i)
            CHECK (rig.output[i] == 0.0f, "sample ", i - reset, " after the reset is ", rig.output[i]);

        // What comes now is heard whole, from its first sample on.
        const auto sound = rig.output.size();
        rig.play (1, [] (std::size_t) { return 0.5f; }, [] (HostBlock& block) { block.fresh = true; });
        rig.play (20, [] (std::size_t) { return 0.5f; });

        for (std::size_t i = sound + rig.latency(); i < rig.output.size(); ++i)
            CHECK_EQUAL (rig.output[i], alive ? ExchangeRig::gain * 0.5f : 0.5f);
    }
}

/** The engine bypasses on the sample; the plugin did so, too, at once, which was a whole latency early. */
void theBypassParameterIsTheEngines()
{
    const ExchangeRig::Change bypassed = [] (HostBlock& block) { block.neverSilent = true; };
    ExchangeRig rig;
    rig.exchange.setSilenceOnFault (true);
    rig.play (100, [] (std::size_t) { return 0.25f; });
    const auto from = rig.output.size();

    for (int i = 0; i < 50; ++i)
        rig.play (1, [] (std::size_t) { return 0.25f; }, bypassed);

    for (auto i = from; i < rig.output.size(); ++i)
        CHECK_EQUAL (rig.output[i], ExchangeRig::gain * 0.25f);

    rig.alive = false;

    for (int i = 0; i < 50; ++i)
        rig.play (1, [] (std::size_t) { return 0.25f; }, bypassed);

    CHECK_EQUAL (rig.output.back(), 0.25f);
    rig.play (50, [] (std::size_t) { return 0.25f; });
    CHECK_EQUAL (rig.output.back(), 0.0f);
}

} // namespace

void addExchangeTests (Suite& suite)
{
    suite.add ("the dry track is aligned", dryTrackIsAligned);
    suite.add ("the clock may go round", theClockMayGoRound);
    suite.add ("what is no number on the track is silence", notANumberOnTheTrackIsSilence);
    suite.add ("the engine is heard exactly", theEngineIsHeardExactly);
    suite.add ("a reset forgets the sound", aResetForgetsTheSound);
    suite.add ("the bypass parameter is the engine's", theBypassParameterIsTheEngines);
}

} // namespace tiller::test
