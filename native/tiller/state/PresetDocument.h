#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace tiller
{

/**
    The instrument as JSON text, as the engine last reported it or the host's project gave it; the plugin never parses it. A text
    that the engine rejects is kept unchanged until the user edits something. [any-thread] but the audio thread
*/
class PresetDocument
{
public:
    /** The host's project brought this text. */
    void load (std::string text)
    {
        const std::lock_guard lock (mutex);
        json = std::move (text);
        history.clear();
        isRejected = false;
    }

    /** The engine reports what it plays; false where the rejected text is kept instead. `edited` by the user. */
    bool update (std::string_view text, bool edited)
    {
        const std::lock_guard lock (mutex);

        if (isRejected && ! edited)
            return false;

        isRejected = false;
        json = text;
        return true;
    }

    /** The engine could not read what was loaded. */
    void reject()
    {
        const std::lock_guard lock (mutex);
        isRejected = true;
    }

    /** Keeps the engine's undo history for the next engine, should this one die. No project contains it. */
    void storeUndoHistory (std::string_view text)
    {
        const std::lock_guard lock (mutex);
        history = text;
    }

    std::string preset() const
    {
        const std::lock_guard lock (mutex);
        return json;
    }

    /** The undo history that belongs to the preset; empty where there is none. Only an engine can read it. */
    std::string undoHistory() const
    {
        const std::lock_guard lock (mutex);
        return history;
    }

private:
    mutable std::mutex mutex;
    std::string json, history;
    bool isRejected = false;
};

} // namespace tiller
