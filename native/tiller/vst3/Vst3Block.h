#pragma once

#include "tiller/vst3/AutomationPoints.h"

namespace tiller
{

/** What a VST3 host says of one block and JUCE's wrapper does not pass on: Vst3AudioProcessorProxy provides it during `processBlock`. */
struct Vst3Block
{
    AutomationPoints points;
    bool prefetch = false;      ///< the host processes the block ahead of time, without a deadline (kPrefetch)
};

/** The block that this thread is processing, or null: other formats have none. [audio-thread] */
const Vst3Block* currentVst3Block() noexcept;

/** Sets what `currentVst3Block` returns on this thread. [audio-thread] */
void setCurrentVst3Block (const Vst3Block*) noexcept;

} // namespace tiller
