#pragma once

#include "tiller/state/SavedState.h"
#include "tiller/stream/StreamFormat.h"

#include <juce_graphics/juce_graphics.h>

#include <mutex>

namespace tiller
{

/**
    What the host's project keeps of an instance besides parameters, preset and program, and the project itself where it could not
    be read: that is handed back to the host unchanged until the player edits the instrument. [any-thread] but the audio thread
*/
class ProjectState
{
public:
    /** Why the project could not be read; empty where it could. */
    juce::String error() const;

    /** The player has changed the instrument: a project that could not be read is given up. */
    void instrumentEdited();

    /** Of the plugin's window, in pixels; 0 where it was never opened. */
    juce::Point<int> windowSize() const;
    void setWindowSize (int width, int height);

    /** The engine's latency as it is known before the engine is: exact for the rate that it was saved at, and scaled for another. */
    Latency expectedLatency (double rate) const;
    void setLatency (const StreamFormat&, Latency);

    /** The latency that the player has fixed, in milliseconds; 0 where it follows the model. Bounded where it is set. */
    float fixedLatency() const;
    void setFixedLatency (float milliseconds);

    /** What could not be read; empty where there is no such project. */
    juce::MemoryBlock unreadable() const;

    /** The state to save, without parameters, preset, program and request. */
    SavedState saved() const;

    struct Loaded
    {
        SavedState state;           ///< that of a new instance where it could not be read; its preset is never compressed
        bool isReadable = false;
    };

    /** Replaces everything by what the host has loaded. */
    Loaded load (const void* data, int size);

private:
    mutable std::mutex mutex;
    SavedState state;
    juce::MemoryBlock unreadableBytes;
    juce::String unreadableReason;
};

} // namespace tiller
