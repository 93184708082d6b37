#pragma once

#include "tiller/process/WakeSignal.h"
#include "tiller/process/posix/FileDescriptor.h"

namespace tiller
{

/** Linux: an eventfd, which is both ends. Elsewhere: a pipe that does not block. */
struct WakeSignal::Source
{
    FileDescriptor readEnd, writeEnd;

    /** Takes back what was set. */
    void reset() noexcept;
};

} // namespace tiller
