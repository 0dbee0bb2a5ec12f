using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>What becomes of the storage call at which it happens, and of all after it.</summary>
public enum Fate
{
    /// <summary>The process dies before the call is sent.</summary>
    DiesBefore,

    /// <summary>The process dies after storage has done it and before it hears so.</summary>
    DiesAfter,

    /// <summary>The call and all after it are held on their way, until <see cref="FailingTransport.ReleaseAsync"/>.</summary>
    Stalls,
}

/// <summary>Carries storage calls up to one of them, counted from 1.</summary>
internal sealed class FailingTransport(int at, Fate fate) : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _wire = new();
    private readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<TaskCompletionSource> _held = [];
    private int _calls;

    public int Calls => _calls;

    public Task Happened => _happened.Task;

    /// <summary>Lets go what is held, and waits until storage has answered it.</summary>
    public async Task ReleaseAsync()
    {
        _released.TrySetResult();
        await Task.WhenAll(_held.Select(call => call.Task));
    }

    public override Request CreateRequest() => _wire.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The engine calls storage without blocking.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var call = Interlocked.Increment(ref _calls);
        if (call < at)
        {
            await _wire.ProcessAsync(message);
            return;
        }

        if (fate is Fate.Stalls)
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Add(held);
            _happened.TrySetResult();
            await _released.Task;
            try
            {
                await _wire.ProcessAsync(message);
            }
            finally
            {
                held.SetResult();
            }

            return;
        }

        if (call == at && fate is Fate.DiesAfter)
            await _wire.ProcessAsync(message);
        _happened.TrySetResult();
        throw new IOException("The process is dead.");
    }

    public void Dispose() => _wire.Dispose();
}
