#include "tiller/stream/TransportWatch.h"

namespace tiller
{

bool TransportWatch::begins (const Block& block) noexcept
{
    const bool transport = transportBegins (block), sound = soundBegins (block);
    expectedTime += block.frames;
    return transport || sound;
}

/**
    A run of the transport, or its jump. Hosts fill up their plugins' latency before they move: some
    tell the same time again and again, some let it run up to the start and say only there that they play. Neither is a
    beginning of its own.
*/
bool TransportWatch::transportBegins (const Block& block) noexcept
{
    const bool timeTold = block.timeSamples.has_value();
    const auto time = block.timeSamples.value_or (expectedTime);
    const bool runsOn = timeTold && wasTimeTold && time == expectedTime;
    const bool started = block.playing && ! wasPlaying && ! runsOn;
    const bool jumped = timeTold && time != expectedTime && time != lastTime;
    wasPlaying = block.playing;
    wasTimeTold = timeTold;
    expectedTime = lastTime = time;
    return block.offline && (started || jumped);
}

/**
    The first sound of an offline render whose host tells no time. How much silence such a host sends ahead may differ from
    one export to the next; counted from here the latent frames and the noise are the same.
*/
bool TransportWatch::soundBegins (const Block& block) noexcept
{
    const bool first = block.offline && block.sounds && ! hasSounded;
    hasSounded = block.offline && (hasSounded || block.sounds);
    return first && ! block.timeSamples;
}

} // namespace tiller
