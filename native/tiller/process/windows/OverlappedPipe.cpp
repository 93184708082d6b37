#if defined (_WIN32)

#include "tiller/process/windows/OverlappedPipe.h"

#include <algorithm>
#include <atomic>
#include <string>

namespace tiller
{

PipeEnds PipeEnds::make (DWORD direction)
{
    // A pipe that can be waited for has a name. Its first instance is the only one, so that nobody else gets hold of it.
    static std::atomic<unsigned> made { 0 };
    LARGE_INTEGER now {};
    QueryPerformanceCounter (&now);
    const auto name = L"\\\\.\\pipe\\tiller-" + std::to_wstring (GetCurrentProcessId()) + L"-" + std::to_wstring (++made) + L"-" + std::to_wstring (now.QuadPart);
    PipeEnds ends;
    ends.ours = Handle (CreateNamedPipeW (name.c_str(), direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                          PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, pipeBytes, pipeBytes, 0, nullptr));

    if (! ends.ours)
        return {};

    const DWORD access = direction == PIPE_ACCESS_INBOUND ? GENERIC_WRITE | FILE_READ_ATTRIBUTES : GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    ends.childs = Handle (CreateFileW (name.c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    return ends.childs ? std::move (ends) : PipeEnds {};
}

//==============================================================================
OVERLAPPED* OverlappedOperation::begin() noexcept
{
    state = {};
    state.hEvent = done.get();
    return &state;
}

OverlappedOperation::Outcome OverlappedOperation::poll (const Handle& pipe, std::size_t& moved) noexcept
{
    DWORD count = 0;

    if (! GetOverlappedResult (pipe.get(), &state, &count, FALSE))
    {
        if (GetLastError() == ERROR_IO_INCOMPLETE)
            return Outcome::underWay;

        isUnderWay = false;
        return Outcome::failed;
    }

    isUnderWay = false;
    moved = count;
    return Outcome::finished;
}

void OverlappedOperation::cancel (const Handle& pipe) noexcept
{
    if (! std::exchange (isUnderWay, false))
        return;

    DWORD moved = 0;
    CancelIoEx (pipe.get(), &state);
    GetOverlappedResult (pipe.get(), &state, &moved, TRUE);
}

//==============================================================================
PipeReader::PipeReader (Handle end) : pipe (std::move (end)) { readAhead(); }

void PipeReader::readAhead()
{
    taken = available = 0;

    if (ReadFile (pipe.get(), bytes.data(), static_cast<DWORD> (bytes.size()), nullptr, begin()) || GetLastError() == ERROR_IO_PENDING)
        started();
    else
        ended = true;
}

bool PipeReader::hasBytes()
{
    // A write of no bytes wakes a reader as well.
    while (taken == available && isUnderWay)
    {
        std::size_t count = 0;
        const auto outcome = poll (pipe, count);

        if (outcome == Outcome::underWay)
            return false;

        ended = ended || outcome == Outcome::failed;
        available = count;

        if (! ended && count == 0)
            readAhead();
    }

    return taken < available;
}

std::ptrdiff_t PipeReader::read (std::uint8_t* target, std::size_t capacity)
{
    if (! hasBytes())
        return ended ? -1 : 0;

    const auto count = std::min (capacity, available - taken);
    std::copy_n (bytes.data() + taken, count, target);
    taken += count;

    if (taken == available)
        readAhead();

    return static_cast<std::ptrdiff_t> (count);
}

void PipeReader::close() noexcept
{
    cancel (pipe);
    pipe.close();
    ended = true;
}

//==============================================================================
bool PipeWriter::isReady()
{
    std::size_t moved = 0;

    if (! isUnderWay)
        return true;

    const auto outcome = poll (pipe, moved);
    failed = failed || outcome == Outcome::failed;
    return outcome != Outcome::underWay;
}

std::ptrdiff_t PipeWriter::write (const std::uint8_t* source, std::size_t count)
{
    if (! isReady())
        return 0;

    if (failed || ! pipe)
        return -1;

    const auto piece = std::min (count, bytes.size());
    std::copy_n (source, piece, bytes.data());

    if (! WriteFile (pipe.get(), bytes.data(), static_cast<DWORD> (piece), nullptr, begin()) && GetLastError() != ERROR_IO_PENDING)
    {
        failed = true;
        return -1;
    }

    started();
    return static_cast<std::ptrdiff_t> (piece);
}

void PipeWriter::close() noexcept
{
    cancel (pipe);
    pipe.close();
}

} // namespace tiller

#endif
