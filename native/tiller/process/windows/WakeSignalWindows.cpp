#if defined (_WIN32)

#include "tiller/process/windows/WakeSource.h"

namespace tiller
{

WakeSignal::WakeSignal() : held (std::make_unique<Source>()) {}

WakeSignal::~WakeSignal() = default;

void WakeSignal::set() noexcept { SetEvent (held->event.get()); }

} // namespace tiller

#endif
