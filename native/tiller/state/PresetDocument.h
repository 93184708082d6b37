#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

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
        auto loaded = shared (std::move (text));
        const std::lock_guard lock (mutex);
        json.swap (loaded);
        history = nullptr;
        isRejected = false;
    }

    /** The engine reports what it plays; false where the rejected text is kept instead. `edited` by the user. */
    bool update (std::string text, bool edited)
    {
        auto reported = shared (std::move (text));
        const std::lock_guard lock (mutex);

        if (isRejected && ! edited)
            return false;

        isRejected = false;
        json.swap (reported);
        return true;
    }

    /** The engine could not read what was loaded. */
    void reject()
    {
        const std::lock_guard lock (mutex);
        isRejected = true;
    }

    /** Keeps the engine's undo history for the next engine, should this one crash. No project contains it. */
    void storeUndoHistory (std::string text)
    {
        auto stored = shared (std::move (text));
        const std::lock_guard lock (mutex);
        history.swap (stored);
    }

    std::string preset() const                    { return copy (json); }

    /** The undo history that belongs to the preset; empty where there is none. Only an engine can read it. */
    std::string undoHistory() const               { return copy (history); }

private:
    using Text = std::shared_ptr<const std::string>;

    static Text shared (std::string text)         { return std::make_shared<const std::string> (std::move (text)); }

    /** A text may have 16 MB and the I/O thread, which carries the audio, waits for `mutex`: it is copied outside of it. */
    std::string copy (const Text& text) const
    {
        Text held;

        {
            const std::lock_guard lock (mutex);
            held = text;
        }

        return held == nullptr ? std::string {} : *held;
    }

    mutable std::mutex mutex;
    Text json, history;
    bool isRejected = false;
};

} // namespace tiller
