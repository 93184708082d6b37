// The automation points of a block, where there are more than fit.

#include "CoreTests.h"

#include "tiller/vst3/AutomationPoints.h"

#include <algorithm>
#include <map>

namespace tiller::test
{

namespace
{

/** Adds `count` points of one parameter at offsets 0, 1, 2 …, with values that rise from 0 towards 1. */
void addPoints (AutomationPoints& points, std::uint32_t index, std::uint32_t count)
{
    for (std::uint32_t i = 0; i < count; ++i)
        points.add ({ i, index, static_cast<float> (i) / static_cast<float> (count) });
}

std::vector<AutomationPoint> pointsOf (const AutomationPoints& points, std::uint32_t index)
{
    std::vector<AutomationPoint> found;
    std::copy_if (points.begin(), points.end(), std::back_inserter (found), [index] (const AutomationPoint& point) { return point.index == index; });
    return found;
}

/** The last of more points than fit was lost; its value was then sent for the start of the block. */
void theLastPointIsKept()
{
    for (const std::uint32_t count : { 400u, 470u, 471u, 512u, 513u, 5000u })
    {
        AutomationPoints points;
        addPoints (points, 7, count);
        const auto kept = pointsOf (points, 7);
        CHECK_EQUAL (kept.back().offset, count - 1);
        CHECK_EQUAL (kept.back().normalised, static_cast<float> (count - 1) / static_cast<float> (count));
        CHECK (kept.size() >= std::min (count, 400u), "only ", kept.size(), " of ", count, " are kept");
        CHECK (std::is_sorted (kept.begin(), kept.end(), [] (const auto& a, const auto& b) { return a.offset < b.offset; }));
    }
}

void theLastPointOfEveryParameterIsKept()
{
    AutomationPoints points;

    for (std::uint32_t index = 0; index < protocol::parameters.size(); ++index)
        addPoints (points, index, 100 + index);

    CHECK (points.size() <= AutomationPoints::capacity, points.size());

    for (std::uint32_t index = 0; index < protocol::parameters.size(); ++index)
    {
        const auto kept = pointsOf (points, index);
        CHECK (! kept.empty(), "parameter ", index, " has none");
        CHECK_EQUAL (kept.back().offset, 99 + index);
        CHECK (std::is_sorted (kept.begin(), kept.end(), [] (const auto& a, const auto& b) { return a.offset < b.offset; }));
    }

    points.clear();
    CHECK_EQUAL (points.size(), std::size_t { 0 });
    addPoints (points, 3, 2);
    addPoints (points, 3, 1);
    CHECK_EQUAL (points.size(), std::size_t { 3 });
}

void rampsLeaveRoomForPoints()
{
    AutomationPoints points;

    for (std::uint32_t i = 0; i < 10; ++i)
        points.addRamp ({ 0, i, 0.0f }, { 8000, i, 1.0f });

    CHECK_EQUAL (points.size(), AutomationPoints::capacity / 2);
    const auto ramp = pointsOf (points, 0);
    CHECK_EQUAL (ramp[0].offset, 16u);
    CHECK_EQUAL (ramp[0].normalised, 16.0f / 8000.0f);
}

void theLastProgramIsKept()
{
    AutomationPoints points;

    for (std::uint32_t i = 0; i < 100; ++i)
        points.addProgram ({ i, static_cast<std::uint8_t> (i) });

    CHECK_EQUAL (points.numPrograms(), AutomationPoints::programCapacity);
    CHECK_EQUAL (static_cast<int> (points.program (points.numPrograms() - 1).program), 99);
}

} // namespace

void addAutomationPointTests (Suite& suite)
{
    suite.add ("the last automation point is kept", theLastPointIsKept);
    suite.add ("the last automation point of every parameter is kept", theLastPointOfEveryParameterIsKept);
    suite.add ("ramps leave room for automation points", rampsLeaveRoomForPoints);
    suite.add ("the last program change is kept", theLastProgramIsKept);
}

} // namespace tiller::test
