#pragma once

// A project's settings may have defined these already.
#if ! defined (NOMINMAX)
 #define NOMINMAX
#endif

#if ! defined (WIN32_LEAN_AND_MEAN)
 #define WIN32_LEAN_AND_MEAN
#endif

#include <windows.h>
