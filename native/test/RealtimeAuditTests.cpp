// Checks that the plugin neither allocates, locks nor makes a system call on the audio thread: the processor is linked in
// directly, the allocator and the blocking calls are replaced by counting ones, and every system call of the audio thread
// traps. A host that is ahead of time may wait for the engine, and does nothing else of the kind. Also prints the cost of a block.

#include "ProcessInfo.h"
#include "ProgramsFile.h"
#include "TestSuite.h"
#include "tiller/plugin/PluginProcessor.h"
#include "tiller/vst3/Vst3Block.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>

//==============================================================================
namespace
{

thread_local bool watching = false;
std::atomic<int> allocations { 0 }, locks { 0 }, systemCalls { 0 }, lastSystemCall { -1 };

void countAllocation() noexcept { if (watching) ++allocations; }
void countLock() noexcept       { if (watching) ++locks; }

template <typename Function>
Function next (const char* name) noexcept { return reinterpret_cast<Function> (dlsym (RTLD_NEXT, name)); }

} // namespace

extern "C"
{
void* __libc_malloc (std::size_t);
void* __libc_calloc (std::size_t, std::size_t);
void* __libc_realloc (void*, std::size_t);
void* __libc_memalign (std::size_t, std::size_t);
void __libc_free (void*);

void* malloc (std::size_t size)                                { countAllocation(); return __libc_malloc (size); }
void* calloc (std::size_t count, std::size_t size)             { countAllocation(); return __libc_calloc (count, size); }
void* realloc (void* old, std::size_t size)                    { countAllocation(); return __libc_realloc (old, size); }
void* memalign (std::size_t alignment, std::size_t size)       { countAllocation(); return __libc_memalign (alignment, size); }
void* aligned_alloc (std::size_t alignment, std::size_t size)  { countAllocation(); return __libc_memalign (alignment, size); }
void free (void* memory)                                       { countAllocation(); __libc_free (memory); }

int posix_memalign (void** memory, std::size_t alignment, std::size_t size)
{
    countAllocation();
    *memory = __libc_memalign (alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

int pthread_mutex_lock (pthread_mutex_t* mutex)
{
    static const auto real = next<int (*) (pthread_mutex_t*)> ("pthread_mutex_lock");
    countLock();
    return real (mutex);
}

int pthread_mutex_trylock (pthread_mutex_t* mutex)
{
    static const auto real = next<int (*) (pthread_mutex_t*)> ("pthread_mutex_trylock");
    countLock();
    return real (mutex);
}

int pthread_cond_signal (pthread_cond_t* condition)
{
    static const auto real = next<int (*) (pthread_cond_t*)> ("pthread_cond_signal");
    countLock();
    return real (condition);
}

int pthread_cond_broadcast (pthread_cond_t* condition)
{
    static const auto real = next<int (*) (pthread_cond_t*)> ("pthread_cond_broadcast");
    countLock();
    return real (condition);
}

int pthread_rwlock_rdlock (pthread_rwlock_t* lock)
{
    static const auto real = next<int (*) (pthread_rwlock_t*)> ("pthread_rwlock_rdlock");
    countLock();
    return real (lock);
}

int sem_post (sem_t* semaphore)
{
    static const auto real = next<int (*) (sem_t*)> ("sem_post");
    countLock();
    return real (semaphore);
}
}

namespace
{

using namespace tiller::test;
using Clock = std::chrono::steady_clock;

//==============================================================================
void onTrappedCall (int, siginfo_t* info, void* context)
{
    static_cast<ucontext_t*> (context)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;

    if (watching)
    {
        ++systemCalls;
        lastSystemCall = info->si_syscall;
    }
}

/** From here on every system call of this thread traps, except those that it needs to exit, and to sleep where it `maySleep`. */
void trapSystemCalls (bool maySleep = false)
{
    // The first allocation of a thread sets up its arena, with system calls.
    std::free (std::malloc (10));
    const unsigned sleepCall = maySleep ? __NR_clock_nanosleep : __NR_exit;
    const sock_filter program[] {
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (seccomp_data, nr)),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_exit, 3, 0),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_rt_sigreturn, 2, 0),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, sleepCall, 1, 0),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter { static_cast<unsigned short> (std::size (program)), const_cast<sock_filter*> (program) };
    CHECK (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

/** A transport that always plays. */
struct Transport final : juce::AudioPlayHead
{
    juce::Optional<PositionInfo> getPosition() const override
    {
        PositionInfo info;
        info.setIsPlaying (true);
        info.setTimeInSamples (time);
        return info;
    }

    std::int64_t time = 0;
};

/** The time by which the plugin judges whether the host is ahead: that of the stream, however this machine delays the host. */
struct AuditClock final : tiller::StreamClock
{
    double seconds() const noexcept override { return now; }

    void pause() noexcept override
    {
        ++pauses;
        now += 1e-4;
        StreamClock::pause();
    }

    double now = 0.0;
    int pauses = 0;
};

struct Audit
{
    static constexpr int blockSize = 64;
    static constexpr double rate = 48000.0;

    AuditClock clock;
    const ProgramsFile programs { "[]" };
    tiller::PluginProcessor processor { clock };
    Transport transport;
    juce::AudioBuffer<float> buffer { 2, blockSize };
    juce::MidiBuffer midi;
    tiller::Vst3Block vst3Block;
    std::atomic<bool> ended { false };
    std::atomic<std::int64_t> nanoseconds { 0 };
    std::atomic<int> blocks { 0 };
    std::atomic<float> lastSample { 0.0f };
    double streamSeconds = 0.0;

    Audit()
    {
        processor.setPlayHead (&transport);
        processor.setRateAndBufferSizeDetails (rate, blockSize);
        processor.prepareToPlay (rate, blockSize);
        midi.addEvent (juce::MidiMessage::controllerEvent (1, 74, 64), 10);
        midi.addEvent (juce::MidiMessage::pitchWheel (1, 1234), 33);
    }

    void processBlock (int number)
    {
        for (int c = 0; c < 2; ++c)
            juce::FloatVectorOperations::fill (buffer.getWritePointer (c), 0.5f, blockSize);

        // A parameter changes in every block, as JUCE's wrappers set it.
        auto* parameter = processor.getParameters().getUnchecked (number % 16);
        const float value = static_cast<float> (number % 100) / 100.0f;
        // So do an automation point and the program, as from a VST3 host; now and then more points than fit.
        auto& points = vst3Block.points;
        points.clear();
        points.clearPrograms();

        for (std::uint32_t i = 0; i < (number % 50 == 0 ? 600u : 1u); ++i)
            points.add ({ std::min (i, 63u), 16, value });

        points.addProgram ({ 7, static_cast<std::uint8_t> (number / 100 % tiller::HostProgram::count) });
        watching = true;
        const auto start = Clock::now();
        parameter->setValue (value);
        tiller::setCurrentVst3Block (&vst3Block);
        processor.processBlock (buffer, midi);
        tiller::setCurrentVst3Block (nullptr);
        nanoseconds += std::chrono::duration_cast<std::chrono::nanoseconds> (Clock::now() - start).count();
        watching = false;
        transport.time += blockSize;
        lastSample = buffer.getSample (0, blockSize - 1);
        ++blocks;
    }

    /**
        Plays in real time, `burst` blocks at once; `trapped` without any system call, not even to wait, but the plugin's own
        waiting for the engine where there are bursts.
    */
    void play (double seconds, bool trapped, int burst = 1)
    {
        std::thread audio ([&, seconds, trapped, burst]
        {
            if (trapped)
                trapSystemCalls (burst > 1);

            const auto period = std::chrono::duration_cast<Clock::duration> (std::chrono::duration<double> (burst * blockSize / rate));
            const auto end = Clock::now() + std::chrono::duration<double> (seconds);
            auto due = Clock::now();

            for (int i = 0; Clock::now() < end;)
            {
                for (int b = 0; b < burst; ++b, ++i)
                    processBlock (i);

                clock.now = std::max (clock.now, streamSeconds += burst * blockSize / rate);

                for (due += period; Clock::now() < due;) {}
            }

            ended = true;
        });
        audio.join();
    }
};

void reset()
{
    allocations = locks = systemCalls = 0;
    lastSystemCall = -1;
}

void checkNothingCounted()
{
    CHECK_EQUAL (allocations.load(), 0);
    CHECK_EQUAL (locks.load(), 0);
    CHECK (systemCalls.load() == 0, systemCalls.load(), " system calls, the last was number ", lastSystemCall.load());
}

/** The audit must be able to fail: it counts everything that it looks for. */
void theAuditCounts()
{
    reset();
    std::thread audio ([]
    {
        trapSystemCalls();
        watching = true;
        std::free (std::malloc (10));
        std::mutex mutex;
        mutex.lock();
        mutex.unlock();
        syscall (__NR_getppid);
        watching = false;
    });
    audio.join();
    CHECK_EQUAL (allocations.load(), 2);
    CHECK_EQUAL (locks.load(), 1);
    CHECK_EQUAL (systemCalls.load(), 1);
    CHECK_EQUAL (lastSystemCall.load(), static_cast<int> (__NR_getppid));
}

void whileTheEngineStarts()
{
    Audit audit;
    reset();
    audit.play (1.0, true);
    checkNothingCounted();
}

void whileItPlays()
{
    Audit audit;
    audit.play (1.5, false);
    reset();
    audit.nanoseconds = 0;
    audit.blocks = 0;
    audit.play (3.0, true);
    checkNothingCounted();
    CHECK_EQUAL (audit.clock.pauses, 0);
    const double perBlock = static_cast<double> (audit.nanoseconds) / audit.blocks * 1e-9;
    std::printf ("     %.2f us per block of 64 samples at 48 kHz, two channels: %.2f %% of a core\n", perBlock * 1e6, 100.0 * perBlock * Audit::rate / Audit::blockSize);
}

/** The reason of the wait is the host's lead; where there is none the two tests above see that nothing is waited for. */
void whileTheHostIsAhead()
{
    Audit audit;
    audit.play (1.5, false, 20);
    reset();
    audit.clock.pauses = 0;
    audit.play (3.0, true, 20);
    checkNothingCounted();
    CHECK (audit.clock.pauses > 0, "the engine was never waited for");
}

void whileTheEngineCrashes()
{
    Audit audit;
    audit.play (1.5, false);
    reset();
    std::thread killer ([]
    {
        std::this_thread::sleep_for (std::chrono::milliseconds (500));

        for (const auto pid : engineProcesses())
            kill (pid, SIGKILL);
    });
    audit.play (3.0, true);
    killer.join();
    checkNothingCounted();
    CHECK (audit.processor.counters().underruns.load() > 0, "there was no underrun");
}

} // namespace

int main (int count, char** arguments)
{
    struct sigaction action {};
    action.sa_sigaction = onTrappedCall;
    action.sa_flags = SA_SIGINFO;
    sigaction (SIGSYS, &action, nullptr);

    const juce::ScopedJuceInitialiser_GUI juceRuns;
    Suite suite;
    suite.add ("the audit counts", theAuditCounts);
    suite.add ("real-time safe while the engine starts", whileTheEngineStarts);
    suite.add ("real-time safe while it plays", whileItPlays);
    suite.add ("real-time safe but for the wait while the host is ahead", whileTheHostIsAhead);
    suite.add ("real-time safe while the engine crashes", whileTheEngineCrashes);
    return suite.run (count > 1 ? arguments[1] : "");
}
