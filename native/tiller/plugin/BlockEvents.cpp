#include "tiller/plugin/BlockEvents.h"

#include <algorithm>
#include <limits>

namespace tiller
{

namespace
{
    constexpr std::uint32_t programChange = 0xc0;
}

void BlockEvents::add (std::uint32_t offset, std::uint32_t index, float value) noexcept
{
    // Of two values at one sample the later holds; sorting by place would not keep their order.
    if (parameterCount > 0 && parameters[parameterCount - 1].offset == offset && parameters[parameterCount - 1].index == index)
        parameters[parameterCount - 1].value = value;
    else if (parameterCount < parameters.size())
        parameters[parameterCount++] = { offset, index, value };
}

void BlockEvents::addMidi (std::uint32_t offset, std::uint32_t message) noexcept
{
    if (midiCount < midi.size())
        midi[midiCount++] = { offset, message };
}

void BlockEvents::collect (ParameterTable& table, const std::array<HostParameter*, ParameterTable::size>& hostParameters,
                           HostProgram& hostProgram, const juce::MidiBuffer& midiBuffer, int frames) noexcept
{
    parameterCount = midiCount = parametersTaken = midiTaken = 0;
    const auto last = static_cast<std::uint32_t> (std::max (0, frames - 1));
    collectParameters (table, hostParameters, last);
    hostProgram.beginBlock (frames);
    collectMidi (hostProgram, midiBuffer, last);
}

void BlockEvents::collectParameters (ParameterTable& table, const std::array<HostParameter*, ParameterTable::size>& hostParameters,
                                     std::uint32_t lastOffset) noexcept
{
    // The last value of each parameter always fits: room for one more per parameter is kept.
    const auto* points = automationOfThisBlock();

    for (std::size_t p = 0; points != nullptr && p < points->count; ++p)
    {
        const auto& point = points->points[p];

        if (point.index >= ParameterTable::size || parameterCount + ParameterTable::size >= parameters.size())
            continue;

        auto& parameter = *hostParameters[point.index];

        if (parameter.takeEcho (point.normalised))
            continue;

        // A host that writes back what it was shown means that value, which its normalised form may have rounded.
        const bool isPresent = parameter.getValue() == point.normalised;
        const float plain = isPresent ? table.value (point.index) : parameter.convertFrom0to1 (point.normalised);
        add (std::min (point.offset, lastOffset), point.index, plain);
        table.setTold (point.index, plain);
    }

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
    {
        if (! table.isNews (i))
            continue;

        const float plain = table.value (i);
        add (0, i, plain);
        table.setTold (i, plain);
    }

    std::sort (parameters.begin(), parameters.begin() + parameterCount, [] (const auto& a, const auto& b) { return a.offset < b.offset; });
}

void BlockEvents::collectMidi (HostProgram& hostProgram, const juce::MidiBuffer& midiBuffer, std::uint32_t lastOffset) noexcept
{
    const auto* points = automationOfThisBlock();
    const std::size_t programs = points != nullptr ? points->programCount : 0;
    std::size_t taken = 0;

    const auto addProgramsUpTo = [&] (std::uint32_t offset)
    {
        for (; taken < programs && points->programs[taken].offset <= offset; ++taken)
            if (const auto program = points->programs[taken].program; hostProgram.choose (program))
                addMidi (std::min (points->programs[taken].offset, lastOffset), programChange | (std::uint32_t { program } << 8));
    };

    for (const auto event : midiBuffer)
    {
        if (event.numBytes > 3)
            continue;

        std::uint32_t message = 0;

        for (int b = 0; b < event.numBytes; ++b)
            message |= static_cast<std::uint32_t> (event.data[b]) << (8 * b);

        const auto offset = std::min (static_cast<std::uint32_t> (std::max (0, event.samplePosition)), lastOffset);
        addProgramsUpTo (offset);
        addMidi (offset, message);
    }

    addProgramsUpTo (std::numeric_limits<std::uint32_t>::max());
}

BlockEvents::Part BlockEvents::part (int start, int length) noexcept
{
    const auto take = [start, length] (auto& events, std::uint32_t count, std::uint32_t& taken)
    {
        const auto first = taken;

        for (; taken < count && events[taken].offset < static_cast<std::uint32_t> (start + length); ++taken)
            events[taken].offset -= static_cast<std::uint32_t> (start);

        return first;
    };

    const auto parametersFrom = take (parameters, parameterCount, parametersTaken);
    const auto midiFrom = take (midi, midiCount, midiTaken);
    return { parameters.data() + parametersFrom, parametersTaken - parametersFrom, midi.data() + midiFrom, midiTaken - midiFrom };
}

} // namespace tiller
