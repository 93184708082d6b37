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
        undoHistory.clear();
        wasRefused = false;
    }

    /** The engine leaves this for the next one, should it die. No project holds it. */
    void keep (std::string_view text)
    {
        const std::lock_guard lock (mutex);
        undoHistory = text;
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

    /** What the last engine left beside the preset; empty where it left nothing. */
    std::string kept() const
    {
        const std::lock_guard lock (mutex);
        return undoHistory;
    }

private:
    mutable std::mutex mutex;
    std::string preset, undoHistory;
    bool wasRefused = false;
};

} // namespace tiller
