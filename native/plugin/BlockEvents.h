#pragma once

#include "AutomationPoints.h"
#include "HostParameter.h"
#include "ParameterTable.h"

#include <juce_audio_basics/juce_audio_basics.h>

#include <array>

namespace tiller
{

/** Collects what happens to parameters and MIDI within one host block, ordered by its place. [audio-thread] */
class BlockEvents
{
public:
    /** Takes the automation points of this block, then every parameter that the engine does not have yet. */
    void collect (ParameterTable&, const std::array<HostParameter*, ParameterTable::size>&, const juce::MidiBuffer&, int frames) noexcept;

    /** What lies in [start, start + length), with offsets from `start`; later calls ask for later parts. */
    struct Part
    {
        const protocol::ParameterEvent* parameters;
        std::uint32_t parameterCount;
        const protocol::MidiEvent* midi;
        std::uint32_t midiCount;
    };

    Part part (int start, int length) noexcept;

private:
    void add (std::uint32_t offset, std::uint32_t index, float value) noexcept;

    std::array<protocol::ParameterEvent, protocol::maxBlockEvents> parameters {};
    std::array<protocol::MidiEvent, protocol::maxBlockEvents> midi {};
    std::uint32_t parameterCount = 0, midiCount = 0, parametersTaken = 0, midiTaken = 0;
};

} // namespace tiller
