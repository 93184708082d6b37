#pragma once

#include <memory>
#include <string>

namespace tiller
{

/** One of a fixed number of places; it is given back with the object, or when the process that holds it ends. */
class StartSlot
{
public:
    virtual ~StartSlot() = default;

    /**
        One of `count` places that all processes share which name this folder; null where all are taken. Where the folder cannot
        be used there is always a place. [any-thread] but the audio thread
    */
    static std::unique_ptr<StartSlot> tryTake (const std::string& folder, int count);

    /** A folder of this user's for the time that the machine runs; empty where there is none. [any-thread] but the audio thread */
    static std::string folderOfUser();
};

} // namespace tiller
