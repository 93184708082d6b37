#pragma once

/**
    TILLER_LINUX_PROCESSES is defined where processes are started and watched by Linux's own calls. An option of the build leaves
    only those of POSIX, which are macOS's, so that they are tested on Linux.
*/
#if defined (__linux__) && ! defined (TILLER_POSIX_PROCESSES)
 #define TILLER_LINUX_PROCESSES 1
#endif
