#include "tiller/plugin/HostTime.h"

#include <algorithm>
#include <cmath>

namespace tiller
{

namespace
{
    /** Beyond this many quarter notes (300 days at 120 per minute) a position is no position. */
    constexpr double maxBeats = 5e7;
    /** The same in samples: the engine counts them in double precision. */
    constexpr std::int64_t maxSamples = std::int64_t { 1 } << 48;
    /** Hosts round: a bar that begins this little before the grid, in bars, begins on it. */
    constexpr double barTolerance = 1e-6;

    /** Whether a bar that begins at `bar` can be the one of `beat`. Ardour 7.3 gives four times the number of the bar. */
    bool holds (double bar, double beat, double beatsPerBar) noexcept
    {
        const auto since = (beat - bar) / beatsPerBar;
        return since >= -barTolerance && since <= 1.0 + barTolerance;
    }
}

MusicalTime hostTime (juce::AudioPlayHead* head) noexcept
{
    MusicalTime time;
    const auto position = head != nullptr ? head->getPosition() : juce::Optional<juce::AudioPlayHead::PositionInfo> {};

    if (! position)
        return time;

    const auto bpm = position->getBpm();

    if (! bpm || ! std::isfinite (*bpm) || *bpm <= 0.0)
        return time;

    time.tempo = static_cast<float> (std::clamp (*bpm, protocol::minTempo, protocol::maxTempo));

    if (const auto signature = position->getTimeSignature(); signature && signature->numerator > 0 && signature->denominator > 0)
        time.beatsPerBar = static_cast<float> (std::min (4.0 * signature->numerator / signature->denominator, protocol::maxBeatsPerBar));

    const auto beat = position->getPpqPosition();

    if (! position->getIsPlaying() || ! beat || ! (std::abs (*beat) < maxBeats))
        return time;

    time.playing = true;
    time.beat = *beat;

    // JUCE's wrapper for VST3 raises samples before the song's start to 0.
    if (const auto sample = position->getTimeInSamples(); sample && *sample > -maxSamples && *sample < maxSamples && (*sample != 0 || *beat >= 0.0))
    {
        time.hasSongSample = true;
        time.songSample = *sample;
    }

    // Bars do not begin at multiples of their length where the signature has changed, or the song begins with an upbeat.
    if (const auto bar = position->getPpqPositionOfLastBarStart(); bar && holds (*bar, *beat, time.beatsPerBar))
        time.beat -= *bar - time.beatsPerBar * std::floor (*bar / time.beatsPerBar + barTolerance);

    return time;
}

} // namespace tiller
