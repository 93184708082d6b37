#include "tiller/stream/RenderStartDetector.h"

namespace tiller
{

bool RenderStartDetector::isRenderStart (const Block& block) noexcept
{
    const bool transport = transportStarts (block), signal = signalStarts (block);
    expectedTime += block.numSamples;
    return transport || signal;
}

/**
    Where the transport starts or jumps. Hosts with plugin delay compensation run their plugins ahead of that to fill up the
    latency: some report the same time again and again, others let it run up to the start and report only there that they play.
    Neither is a start of its own.
*/
bool RenderStartDetector::transportStarts (const Block& block) noexcept
{
    const bool hasTime = block.timeSamples.has_value();
    const auto time = block.timeSamples.value_or (expectedTime);
    const bool isContinuous = hasTime && hadTime && time == expectedTime;
    const bool started = block.playing && ! wasPlaying && ! isContinuous;
    const bool jumped = hasTime && time != expectedTime && time != lastTime;
    wasPlaying = block.playing;
    hadTime = hasTime;
    expectedTime = lastTime = time;
    return block.offline && (started || jumped);
}

/**
    The first signal of an offline render whose host reports no time. The length of the silence before it may differ from one
    render to the next; counted from the signal, latent frames and noise are the same.
*/
bool RenderStartDetector::signalStarts (const Block& block) noexcept
{
    const bool first = block.offline && block.hasSignal && ! hadSignal;
    hadSignal = block.offline && (hadSignal || block.hasSignal);
    return first && ! block.timeSamples;
}

} // namespace tiller
