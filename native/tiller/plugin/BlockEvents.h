#pragma once

#include "tiller/vst3/AutomationPoints.h"
#include "tiller/plugin/HostParameter.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"

#include <juce_audio_basics/juce_audio_basics.h>

#include <array>

namespace tiller
{

/** Collects what happens to parameters and MIDI within one host block, ordered by its place. [audio-thread] */
class BlockEvents
{
public:
    /**
        Takes the automation points of this block, then every parameter that the engine does not have yet; MIDI, and as
        MIDI the programs that the host chose.
    */
    void collect (ParameterTable&, const std::array<HostParameter*, ParameterTable::size>&, HostProgram&, const juce::MidiBuffer&, int frames) noexcept;

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
    void collectParameters (ParameterTable&, const std::array<HostParameter*, ParameterTable::size>&, std::uint32_t lastOffset) noexcept;
    void collectMidi (HostProgram&, const juce::MidiBuffer&, std::uint32_t lastOffset) noexcept;
    void add (std::uint32_t offset, std::uint32_t index, float value) noexcept;
    void addMidi (std::uint32_t offset, std::uint32_t message) noexcept;

    std::array<protocol::ParameterEvent, protocol::maxBlockEvents> parameters {};
    std::array<protocol::MidiEvent, protocol::maxBlockEvents> midi {};
    std::uint32_t parameterCount = 0, midiCount = 0, parametersTaken = 0, midiTaken = 0;
};

} // namespace tiller
