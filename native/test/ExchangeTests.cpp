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

} // namespace

void addExchangeTests (Suite& suite)
{
    suite.add ("the dry track is aligned", dryTrackIsAligned);
    suite.add ("the clock may go round", theClockMayGoRound);
}

} // namespace tiller::test
