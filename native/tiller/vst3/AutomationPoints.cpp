#include "tiller/vst3/AutomationPoints.h"

#include <algorithm>

namespace tiller
{

void AutomationPoints::add (const AutomationPoint& point) noexcept
{
    const bool replacesLast = lastIsExtra && count > 0 && points[count - 1].index == point.index;
    lastIsExtra = replacesLast || count >= capacity - reserved;

    if (replacesLast)
        points[count - 1] = point;
    else if (count < capacity)
        points[count++] = point;
}

void AutomationPoints::addRamp (const AutomationPoint& from, const AutomationPoint& to) noexcept
{
    for (auto at = from.offset + rampStep; at < to.offset && count < rampCapacity; at += rampStep)
    {
        const float share = static_cast<float> (at - from.offset) / static_cast<float> (to.offset - from.offset);
        add ({ at, from.index, from.normalised + share * (to.normalised - from.normalised) });
    }
}

void AutomationPoints::assignPart (const AutomationPoints& whole, std::uint32_t start, std::uint32_t length, bool isLast) noexcept
{
    const auto isWithin = [=] (std::uint32_t offset) { return offset >= start && (isLast || offset < start + length); };
    clear();
    clearPrograms();

    for (const auto& point : whole)
        if (isWithin (point.offset))
            add ({ point.offset - start, point.index, point.normalised });

    for (std::size_t i = 0; i < whole.numPrograms(); ++i)
        if (isWithin (whole.program (i).offset))
            addProgram ({ whole.program (i).offset - start, whole.program (i).program });
}

void AutomationPoints::addProgram (const ProgramPoint& point) noexcept
{
    programCount = std::min (programCount, programCapacity - 1);
    programs[programCount++] = point;
}

} // namespace tiller
