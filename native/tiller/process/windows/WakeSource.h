#pragma once

#include "tiller/process/WakeSignal.h"
#include "tiller/process/windows/Handle.h"

namespace tiller
{

/** An event that one wait resets. */
struct WakeSignal::Source
{
    Handle event { CreateEventW (nullptr, FALSE, FALSE, nullptr) };
};

} // namespace tiller
