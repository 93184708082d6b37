#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tiller
{

/** One automation point that the host drew within a block, 0..1 over the parameter's range. */
struct AutomationPoint
{
    std::uint32_t offset;
    std::uint32_t index;
    float normalised;
};

/** The host moved its program parameter within a block: program change, 0..127. */
struct ProgramPoint
{
    std::uint32_t offset;
    std::uint8_t program;
};

/**
    The automation points of one block. JUCE's VST3 wrapper keeps only the last point of a block and drops its place;
    the wrapper around it (Vst3Automation.cpp) brings them here for the time of the call. Other formats have none.
*/
struct AutomationPoints
{
    static constexpr std::size_t most = 512, mostPrograms = 64;
    std::array<AutomationPoint, most> points;
    std::size_t count = 0;
    std::array<ProgramPoint, mostPrograms> programs;
    std::size_t programCount = 0;
};

/** The points of the block that this thread processes now, or null. [audio-thread] */
const AutomationPoints* automationOfThisBlock() noexcept;

/** Has `automationOfThisBlock` give `points` on this thread until it is set back. [audio-thread] */
void setAutomationOfThisBlock (const AutomationPoints* points) noexcept;

} // namespace tiller
