#include "tiller/plugin/ProjectState.h"

#include "tiller/plugin/PresetCompression.h"

#include <optional>
#include <string>
#include <utility>

namespace tiller
{

namespace
{
    /** Until the engine has reported its latency once: about that of the bundled models at 44.1 kHz. */
    constexpr double initialModelSeconds = 0.03, initialSchedulingSeconds = 0.01;
}

juce::String ProjectState::error() const
{
    const std::lock_guard lock (mutex);
    return unreadableReason;
}

void ProjectState::instrumentEdited()
{
    const std::lock_guard lock (mutex);
    unreadableBytes.reset();
    unreadableReason.clear();
}

juce::Point<int> ProjectState::windowSize() const
{
    const std::lock_guard lock (mutex);
    return { state.windowWidth, state.windowHeight };
}

void ProjectState::setWindowSize (int width, int height)
{
    const std::lock_guard lock (mutex);
    state.windowWidth = width;
    state.windowHeight = height;
}

Latency ProjectState::expectedLatency (double rate) const
{
    const std::lock_guard lock (mutex);
    const auto samples = [rate] (double seconds) { return static_cast<std::uint32_t> (juce::roundToInt (seconds * rate)); };

    if (state.rate <= 0.0)
        return { samples (initialModelSeconds), samples (initialSchedulingSeconds) };

    if (juce::approximatelyEqual (state.rate, rate))
        return state.latency;

    return { samples (state.latency.model / state.rate), samples (state.latency.scheduling / state.rate) };
}

void ProjectState::setLatency (const StreamFormat& format, Latency latency)
{
    const std::lock_guard lock (mutex);
    state.latency = latency;
    state.rate = format.rate;
    state.maxBlock = format.maxBlock;
}

float ProjectState::fixedLatency() const
{
    const std::lock_guard lock (mutex);
    return state.fixedLatency;
}

void ProjectState::setFixedLatency (float milliseconds)
{
    const std::lock_guard lock (mutex);
    state.fixedLatency = milliseconds > 0.0f ? juce::jlimit (protocol::minFixedLatency, protocol::maxFixedLatency, milliseconds) : 0.0f;
}

juce::MemoryBlock ProjectState::unreadable() const
{
    const std::lock_guard lock (mutex);
    return unreadableBytes;
}

SavedState ProjectState::saved() const
{
    const std::lock_guard lock (mutex);
    return state;
}

ProjectState::Loaded ProjectState::load (const void* data, int size)
{
    const auto length = static_cast<std::size_t> (juce::jmax (0, size));
    std::string error;
    auto decoded = SavedState::decode (static_cast<const std::uint8_t*> (data), length, error);

    if (decoded && ! decoded->compressedPreset.empty())
    {
        if (auto text = decompressPreset (std::exchange (decoded->compressedPreset, {})))
            decoded->preset = std::move (*text);
        else
        {
            error = "The instrument of Tiller in this project is damaged.";
            decoded.reset();
        }
    }

    Loaded loaded { decoded.value_or (SavedState {}), decoded.has_value() };
    const std::lock_guard lock (mutex);
    state = loaded.state;
    state.preset.clear();
    unreadableBytes.reset();
    unreadableReason = error;

    if (! decoded)
        unreadableBytes.replaceAll (data, length);

    return loaded;
}

} // namespace tiller
