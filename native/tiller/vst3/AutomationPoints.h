#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tiller
{

/** One automation point of the host within a block. */
struct AutomationPoint
{
    std::uint32_t offset;   ///< in samples from the start of the block
    std::uint32_t index;    ///< of the parameter
    float normalised;       ///< 0..1 over the parameter's range
};

/** The host set its program parameter within a block: a MIDI program change. */
struct ProgramPoint
{
    std::uint32_t offset;   ///< in samples from the start of the block
    std::uint8_t program;   ///< 0..127
};

/**
    The automation points of one block. JUCE's VST3 wrapper keeps only the last point of each parameter, without its offset; the
    wrapper around it (Vst3AudioProcessorProxy) provides all of them during the call of `processBlock`. Other formats have none.

    Points are added parameter by parameter, in order. Where there are more than fit, points in between are left out: the last
    one of each parameter is always kept, at its offset. [audio-thread]
*/
class AutomationPoints
{
public:
    static constexpr std::size_t capacity = 512, programCapacity = 64;
    /** Distance between the steps of a ramp, in samples: much shorter than a latent frame. */
    static constexpr std::uint32_t rampStep = 16;

    void clear() noexcept                               { count = 0; lastIsExtra = false; }
    void clearPrograms() noexcept                       { programCount = 0; }

    /** Adds a point of the host. */
    void add (const AutomationPoint&) noexcept;

    /** Adds the straight line between two points of one parameter, without its ends, as steps; only where there is plenty of room. */
    void addRamp (const AutomationPoint& from, const AutomationPoint& to) noexcept;

    /** Becomes what `whole` has in the `length` samples from `start` on; the last part has what lies behind it, too. */
    void assignPart (const AutomationPoints& whole, std::uint32_t start, std::uint32_t length, bool isLast) noexcept;

    /** Adds a program change; where there are too many the last one is kept. */
    void addProgram (const ProgramPoint&) noexcept;

    const AutomationPoint* begin() const noexcept       { return points.data(); }
    const AutomationPoint* end() const noexcept         { return points.data() + count; }
    std::size_t size() const noexcept                   { return count; }

    std::size_t numPrograms() const noexcept            { return programCount; }
    const ProgramPoint& program (std::size_t i) const noexcept { return programs[i]; }

private:
    /** Reserved for the last point of each parameter. */
    static constexpr std::size_t reserved = protocol::parameters.size();
    /** Ramps leave the rest to the points of the host. */
    static constexpr std::size_t rampCapacity = capacity / 2;
    std::array<AutomationPoint, capacity> points;
    std::size_t count = 0;
    bool lastIsExtra = false;   ///< the last point is a reserved one: a later point of its parameter replaces it
    std::array<ProgramPoint, programCapacity> programs;
    std::size_t programCount = 0;
};

} // namespace tiller
