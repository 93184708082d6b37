#pragma once

#include "TestSuite.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tiller::test
{

/** The player's settings for program change: see src/engine/persistence/programs.ts. Instances that are made while it exists have them. */
class ProgramsFile
{
public:
    /** `assignments` is a JSON array of { program, preset }. */
    explicit ProgramsFile (const std::string& assignments, bool on = true)
    {
        std::filesystem::create_directories (path.parent_path());
        std::ofstream (path) << "{\"format\":\"tiller-programs\",\"version\":1,\"on\":" << (on ? "true" : "false") << ",\"channel\":0,\"assignments\":" << assignments << "}";
    }

    ~ProgramsFile() { std::filesystem::remove (path); }

    ProgramsFile (const ProgramsFile&) = delete;
    ProgramsFile& operator= (const ProgramsFile&) = delete;

private:
    /** See src/engine/system/paths.ts. */
    static std::filesystem::path dataFolder()
    {
       #if defined (_WIN32)
        return std::filesystem::path (_wgetenv (L"LOCALAPPDATA")) / "tiller" / "Data";
       #else
        return std::filesystem::path (std::getenv ("HOME")) / ".local" / "share" / "tiller";
       #endif
    }

    const std::filesystem::path path = dataFolder() / "presets" / "programs.json";
};

} // namespace tiller::test
