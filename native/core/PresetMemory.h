#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace tiller
{

/**
    The instrument as the engine last told it, or as the host's project gave it: JSON text that the plugin never looks
    into. A text that the engine refuses is kept as it is until the player changes something. [any-thread] but the audio
    thread.
*/
class PresetMemory
{
public:
    /** The host's project brought this. */
    void load (std::string text)
    {
        const std::lock_guard lock (mutex);
        preset = std::move (text);
        wasRefused = false;
    }

    /** The engine tells what it plays; returns true where this replaces what was kept. */
    bool pushed (std::string_view text, bool edited)
    {
        const std::lock_guard lock (mutex);

        if (wasRefused && ! edited)
            return false;

        wasRefused = false;
        preset = text;
        return true;
    }

    /** The engine could not read what was loaded. */
    void refused()
    {
        const std::lock_guard lock (mutex);
        wasRefused = true;
    }

    std::string get() const
    {
        const std::lock_guard lock (mutex);
        return preset;
    }

private:
    mutable std::mutex mutex;
    std::string preset;
    bool wasRefused = false;
};

} // namespace tiller
