#pragma once

#include <chrono>

namespace tiller
{

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

} // namespace tiller
