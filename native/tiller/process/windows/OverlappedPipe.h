#pragma once

#include "tiller/process/windows/Handle.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tiller
{

/** Capacity of a pipe between host and engine, and the most that one read or write moves, in bytes. */
constexpr std::uint32_t pipeBytes = 1 << 20, pipePieceBytes = 64 * 1024;

/** Two ends of a pipe of which ours can be waited for: Windows' anonymous pipes cannot. */
struct PipeEnds
{
    Handle ours, childs;

    /** Null ends where no pipe could be made. `direction` is ours: PIPE_ACCESS_INBOUND or PIPE_ACCESS_OUTBOUND. Neither end is inherited. */
    static PipeEnds make (DWORD direction);
};

/** A read or write of a pipe that may be under way. One thread. */
class OverlappedOperation
{
public:
    OverlappedOperation() : done (CreateEventW (nullptr, TRUE, FALSE, nullptr)) {}

    /** Set once the operation under way is over. */
    HANDLE event() const noexcept { return done.get(); }

protected:
    enum class Outcome { underWay, finished, failed };

    /** For ReadFile or WriteFile, which use it until the operation is over. */
    OVERLAPPED* begin() noexcept;

    /** Says that the operation that was begun is under way, or was over at once. */
    void started() noexcept { isUnderWay = true; }

    /** How far it has got, and the bytes that it moved where it has finished. */
    Outcome poll (const Handle& pipe, std::size_t& moved) noexcept;

    /** Ends the operation; the system does not touch its memory afterwards. */
    void cancel (const Handle& pipe) noexcept;

    bool isUnderWay = false;
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t> (pipePieceBytes);

private:
    OVERLAPPED state {};
    Handle done;
};

/** Our end of a child's stdout. It always reads ahead by one piece, so that its event says that there is something. */
class PipeReader : public OverlappedOperation
{
public:
    explicit PipeReader (Handle end);
    ~PipeReader() { close(); }

    /** Whether `read` would return bytes. */
    bool hasBytes();

    /** Whether the pipe has ended and nothing is left. */
    bool hasEnded() { return ! hasBytes() && ended; }

    /** The number of bytes read without waiting: 0 where none are there yet, -1 where the pipe has ended. */
    std::ptrdiff_t read (std::uint8_t* target, std::size_t capacity);

    void close() noexcept;

private:
    void readAhead();

    Handle pipe;
    std::size_t taken = 0, available = 0;
    bool ended = false;
};

/** Our end of a child's stdin. A write takes a copy of its bytes and goes on by itself; the next one is refused until then. */
class PipeWriter : public OverlappedOperation
{
public:
    explicit PipeWriter (Handle end) : pipe (std::move (end)) {}
    ~PipeWriter() { close(); }

    /** Whether `write` would take bytes, or tell that nobody reads them. */
    bool isReady();

    /** The number of bytes taken without waiting: 0 where earlier ones are still under way, -1 where the child no longer reads. */
    std::ptrdiff_t write (const std::uint8_t* source, std::size_t count);

    /** Bytes under way are lost. */
    void close() noexcept;

private:
    Handle pipe;
    bool failed = false;
};

} // namespace tiller
