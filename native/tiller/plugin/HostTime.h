#pragma once

#include "tiller/stream/HostBlock.h"

#include <juce_audio_processors/juce_audio_processors.h>

namespace tiller
{

/** Tempo and position of the host's transport, as far as it tells them and within the protocol's bounds. [audio-thread] */
MusicalTime hostTime (juce::AudioPlayHead*) noexcept;

} // namespace tiller
