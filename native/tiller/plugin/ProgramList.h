#pragma once

#include <juce_core/juce_core.h>

#include <string>
#include <vector>

namespace tiller
{

/** The player's settings for program change: see src/protocol/programs.ts. */
struct ProgramList
{
    struct Assignment
    {
        int program;            ///< bank * 128 + program
        std::string preset;     ///< its identifier
    };

    bool isOn = false;
    int channel = 0;            ///< 1..16; 0 for any
    std::vector<Assignment> assignments;

    /** Identifier of the preset that a program recalls; empty for none. */
    std::string presetOf (int program) const;

    /** What a JSON array of { program, preset } says; entries that are none are left out. */
    static std::vector<Assignment> parseAssignments (const juce::var&);

    /** What the player's file says; switched off where there is none, or where it cannot be read. An engine reports what is wrong. */
    static ProgramList readFile();
};

} // namespace tiller
