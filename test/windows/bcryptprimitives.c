// A replacement for a library of Windows that Wine 8 does not have, with the one function that the compiled parts of the test runner
// call. Built and used by scripts/windows/jest.mjs; nothing of it is shipped.
#include <windows.h>

// RtlGenRandom, by the name that it is exported under.
BOOLEAN NTAPI SystemFunction036 (PVOID bytes, ULONG count);

// Fills `bytes` with random bytes. As the original it cannot fail: without them the program ends.
__declspec (dllexport) BOOL WINAPI ProcessPrng (PBYTE bytes, SIZE_T count)
{
    const ULONG most = 1u << 30;

    while (count > 0)
    {
        const ULONG part = count > most ? most : (ULONG) count;

        if (! SystemFunction036 (bytes, part))
            ExitProcess (1);

        bytes += part;
        count -= part;
    }

    return TRUE;
}
